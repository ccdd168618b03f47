"""SQL files are read by name, and each says what it is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from db.statements import statement

ROOM = Path(str(files("db")))
FILES = sorted(file.relative_to(ROOM).with_suffix("").as_posix() for file in ROOM.rglob("*.sql"))


def test_a_statement_is_the_file_of_its_name_under_its_own_name() -> None:
    text = statement("clock/copenhagen_day")
    assert text.startswith("/* clock/copenhagen_day */\nSELECT ")
    assert "--" not in text


def test_a_statement_is_read_once() -> None:
    assert statement("clock/copenhagen_day") is statement("clock/copenhagen_day")


def test_an_unknown_statement_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        statement("clock/no_such_day")


@pytest.mark.parametrize("name", [name for name in FILES if name != "schema"])
def test_every_sql_file_opens_with_what_it_is_what_goes_in_and_what_comes_out(name: str) -> None:
    assert statement(name)
    comment = "\n".join(
        line for line in ROOM.joinpath(f"{name}.sql").read_text().splitlines() if line.startswith("--")
    ).lower()
    assert "in: " in comment
    assert "out: " in comment


def test_a_file_without_a_comment_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "silent.sql").write_text("SELECT 1\n")
    monkeypatch.setattr("db.statements.files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"db/job/silent\.sql must open with a -- comment"):
        statement("job/silent")
