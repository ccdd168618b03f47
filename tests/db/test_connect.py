"""Connections: time zone, time-outs, and encryption off this machine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.connect import Connection, connect, copenhagen_day, require_tls, shown
from db.errors import OperatorMustAct


def test_times_come_in_utc_whatever_the_server_s_zone_is(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET TimeZone = 'Asia/Tokyo'")
    with connect(database_url) as connection:
        row = connection.execute("SELECT '2026-07-01 12:00+02'::timestamptz, current_setting('TimeZone')").fetchone()
    assert row == (datetime(2026, 7, 1, 10, tzinfo=UTC), "UTC")
    assert row[0].utcoffset() == timedelta(0)


def test_the_caller_s_name_and_time_outs_are_the_session_s(database_url: str) -> None:
    with connect(database_url, name="patronsync test", statement_timeout=2.5, lock_timeout=1) as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('statement_timeout'), "
            "current_setting('lock_timeout')"
        ).fetchone()
    assert row == ("patronsync test", "2500ms", "1s")


def test_without_time_outs_the_server_s_own_hold(connection: Connection) -> None:
    row = connection.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')").fetchone()
    assert row == ("0", "0")


def test_what_the_url_says_wins(database_url: str) -> None:
    url = database_url + "&application_name=mine&options=-c%20lock_timeout%3D7s"
    with connect(url, name="ours") as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('lock_timeout'), current_setting('TimeZone')"
        ).fetchone()
    assert row == ("mine", "7s", "UTC")


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2026-01-01 22:59:59+00", date(2026, 1, 1)),
        ("2026-01-01 23:00:00+00", date(2026, 1, 2)),
        ("2026-07-01 21:59:59+00", date(2026, 7, 1)),
        ("2026-07-01 22:00:00+00", date(2026, 7, 2)),
    ],
)
def test_the_day_changes_at_midnight_in_copenhagen(connection: Connection, clock: str, day: date) -> None:
    # The server's clock can't be set: a function of the same name, found first, stands for it.
    connection.execute("CREATE SCHEMA clock")
    connection.execute(
        f"CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '{clock}'::timestamptz $$".encode()
    )
    connection.execute("SET LOCAL search_path = clock, pg_catalog")
    assert copenhagen_day(connection) == day


def test_the_day_is_today_s(connection: Connection) -> None:
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    assert copenhagen_day(connection) == row[0].astimezone(ZoneInfo("Europe/Copenhagen")).date()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@localhost/db",
        "postgresql://me@127.0.0.1:5433/db",
        "postgresql://me@127.8.9.1/db",
        "postgresql://me@[::1]/db",
        "postgresql:///db",
        "postgresql:///db?host=/run/postgresql",
        "host=127.0.0.1 dbname=db",
        "postgresql://me@localhost,127.0.0.1/db",
        "postgresql://me@db.example.org/db?hostaddr=127.0.0.1",
        "postgresql://me@db.example.org/db?sslmode=verify-full",
        "postgresql://me@localhost,db.example.org/db?sslmode=verify-full",
        "postgresql://me@192.0.2.7/db?sslmode=verify-full",
    ],
)
def test_local_or_verified_connections_are_allowed(url: str) -> None:
    require_tls(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@db.example.org/db",
        "postgresql://me@db.example.org/db?sslmode=require",
        "postgresql://me@db.example.org/db?sslmode=verify-ca",
        "postgresql://me@192.0.2.7/db",
        "postgresql://me@10.0.0.1/db?sslmode=disable",
        "postgresql://me@localhost,db.example.org/db",
        "postgresql://me@localhost/db?hostaddr=192.0.2.7",
        "host=db.example.org dbname=db",
        "postgresql://me@[2001:db8::1]/db",
        "postgresql://me@localhost.example.org/db",
    ],
)
def test_off_this_machine_only_verified_connections_are_allowed(url: str) -> None:
    for refuse in (require_tls, connect):
        with pytest.raises(OperatorMustAct) as raised:
            refuse(url)
        assert "PATRONSYNC_DATABASE_URL" in raised.value.message
        assert "sslmode=verify-full" in raised.value.remedy


def test_a_host_from_libpq_s_environment_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.org")
    with pytest.raises(OperatorMustAct, match=r"db\.example\.org"):
        require_tls("postgresql:///db")
    require_tls("postgresql://localhost/db")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    require_tls("postgresql:///db")


def test_libpq_s_time_zone_variable_changes_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    with connect(database_url) as connection:
        connection.rollback()
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_service_is_refused_since_it_may_lead_anywhere() -> None:
    with pytest.raises(OperatorMustAct, match="names a service"):
        require_tls("postgresql:///db?service=elsewhere")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://me:hemmelig@db.example.org:6000/library?sslmode=verify-full", "db.example.org:6000/library"),
        ("postgresql://me:hemmelig@localhost/library", "localhost:5432/library"),
        ("postgresql:///library?host=/run/postgresql", "/run/postgresql:5432/library"),
        ("postgresql:///library", "local socket:5432/library"),
    ],
)
def test_where_a_url_leads_is_shown_without_user_and_password(url: str, text: str) -> None:
    assert shown(url) == text


def test_no_statement_is_planned_once_for_all_times(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection:
        for number in range(20):
            connection.execute("SELECT %s::bigint", (number,))
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
