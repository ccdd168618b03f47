"""Upgrades: once, whole or not at all, and never backwards."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import db.upgrade
from db import embedded
from db.connect import connect
from db.errors import DatabaseProblem, NewerDatabase, OperatorMustAct
from db.upgrade import is_current, migrate, newest_revision

ALL = [f"{number:04d}" for number in range(1, int(newest_revision()) + 1)]


def test_an_empty_database_gets_every_migration_and_the_second_time_none(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        assert not is_current(connection)
    assert migrate(empty_database_url) == ALL
    with connect(empty_database_url) as connection:
        assert is_current(connection)
    assert migrate(empty_database_url) == []


def test_commands_that_start_at_once_upgrade_once(empty_database_url: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(empty_database_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(applied) == [[], [], ALL]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        connection.execute("CREATE SCHEMA library CREATE TABLE mine (i int)")
    with pytest.raises(DatabaseProblem, match="duplicate schema"):
        migrate(empty_database_url)
    with connect(empty_database_url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname = 'sync'").fetchall()
        assert rows == []
        connection.execute("DROP SCHEMA library CASCADE")
    assert migrate(empty_database_url) == ALL


def test_a_database_newer_than_this_program_is_refused(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("UPDATE sync.alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase) as raised:
        migrate(database_url)
    assert "9999" in raised.value.message
    assert newest_revision() in raised.value.message
    assert "newer patronsync" in raised.value.remedy


def test_a_changed_definition_is_applied_without_a_migration(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "answer.sql").write_text(
        "-- The answer. In: nothing. Out: it.\n"
        "CREATE OR REPLACE FUNCTION library.answer() RETURNS int LANGUAGE sql AS $$ SELECT library.question() $$;\n"
    )
    (tmp_path / "functions" / "question.sql").write_text(
        "-- The question. In: nothing. Out: its answer.\n"
        "CREATE OR REPLACE FUNCTION library.question() RETURNS int LANGUAGE sql AS $$ SELECT 42 $$;\n"
    )
    (tmp_path / "downstream").mkdir()
    (tmp_path / "downstream" / "shown.sql").write_text(
        "-- The answer, shown. In: nothing. Out: a view.\n"
        "CREATE OR REPLACE VIEW library.shown AS SELECT library.answer() AS answer;\n"
    )
    monkeypatch.setattr(db.upgrade, "RECREATED", (tmp_path / "functions", tmp_path / "downstream"))
    with connect(database_url) as connection:
        assert not is_current(connection)
    assert migrate(database_url) == []
    with connect(database_url) as connection:
        assert connection.execute("SELECT answer FROM library.shown").fetchone() == (42,)
        assert is_current(connection)


def test_a_municipality_renamed_in_the_list_is_renamed_by_the_next_upgrade(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = dict(db.upgrade.MUNICIPALITIES)
    listed["0851"] = listed["0851"]._replace(name="Ålborg")
    listed["0999"] = listed["0851"]._replace(code="0999")
    monkeypatch.setattr(db.upgrade, "MUNICIPALITIES", listed)
    assert migrate(database_url) == []
    with connect(database_url) as connection:
        rows = connection.execute(
            "SELECT code FROM library.municipality WHERE name = 'Ålborg' ORDER BY code"
        ).fetchall()
    assert rows == [("0851",), ("0999",)]


def test_a_server_too_old_is_refused_by_its_version(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.upgrade, "OLDEST_SERVER", 99)
    with pytest.raises(OperatorMustAct, match="patronsync needs 99 or newer"):
        migrate(empty_database_url)


@pytest.mark.parametrize("programs", ["/usr/lib/postgresql/15/bin"])
def test_the_oldest_supported_server_takes_every_migration(tmp_path: Path, programs: str) -> None:
    if not Path(programs, "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed in {programs}")
    try:
        with embedded.running(tmp_path, Path(programs), options=("-c", "fsync=off")) as server:
            assert migrate(server.url) == ALL
            with connect(server.url) as connection:
                assert connection.info.server_version // 10_000 == 15
                row = connection.execute("SELECT sync.ensure_access_partition('2026-12-01')").fetchone()
                assert row == (True,)
    finally:
        embedded.remove(tmp_path)
