"""Connections to PostgreSQL: time-outs, UTC, and nothing unencrypted off this machine."""

from __future__ import annotations

import ipaddress
from datetime import date

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from db.errors import OperatorMustAct, guarded
from db.statements import statement

Connection = psycopg.Connection[TupleRow]

SETTING = "PATRONSYNC_DATABASE_URL"

# A dead network shows within a minute or so; libpq would wait for hours. Seconds, tcp_user_timeout in milliseconds.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


def connect(
    url: str,
    *,
    name: str = "patronsync",
    autocommit: bool = False,
    statement_timeout: float | None = None,
    lock_timeout: float | None = None,
) -> Connection:
    """Opens a connection: session time zone UTC, `name` as its application_name.

    `statement_timeout` and `lock_timeout` are seconds; None: the server's own (as a rule, none). What `url` itself
    says of connect_timeout, keepalives or application_name wins; a `passfile` there wins over PGPASSWORD.
    Raises a `DatabaseProblem`; never shows the password.
    """
    require_tls(url)
    given = _parameters(url)
    options = [given.get("options", ""), "-c TimeZone=UTC"]
    for setting, seconds in (("statement_timeout", statement_timeout), ("lock_timeout", lock_timeout)):
        if seconds is not None:
            options.append(f"-c {setting}={round(seconds * 1000)}ms")
    parameters = {"application_name": name, "client_encoding": "utf8", **_PATIENCE, **given}
    parameters["options"] = " ".join(options).strip()
    if "passfile" in given:
        parameters.setdefault("password", "")  # none, not even the environment's: libpq then looks into the file
    with guarded():
        # Nothing is prepared: a batch's tables are empty now and full then, and a plan made for all times once joined
        # a thousand claims with a thousand patrons one by one.
        connection = psycopg.Connection.connect(
            make_conninfo(**parameters), autocommit=autocommit, prepare_threshold=None
        )
        if connection.info.parameter_status("TimeZone") != "UTC":  # PGTZ in the environment wins over options
            connection.execute(statement("clock/use_utc"))
            if not autocommit:
                connection.commit()
        return connection


def require_tls(url: str) -> None:
    """Raises `OperatorMustAct` where `url` leads off this machine without sslmode=verify-full."""
    parameters = _parameters(url, with_environment=True)
    if parameters.get("service") and "hostaddr" not in _parameters(url):
        raise OperatorMustAct(
            f"{SETTING} (or PGSERVICE) names a service: where that leads can't be seen from here",
            "Write host, port and database into the URL itself.",
        )
    for host in _hosts(parameters):
        if not _is_local(host) and parameters.get("sslmode") != "verify-full":
            raise OperatorMustAct(
                f"{SETTING}: the host {host} is not this machine, so the connection must be encrypted and verified",
                "Add sslmode=verify-full to the URL (and sslrootcert= where the root is not the system's).",
            )


def shown(url: str) -> str:
    """Where `url` leads, for people: `host:port/database`, no user and no password."""
    parameters = _parameters(url, with_environment=True)
    hosts = ",".join(host or "local socket" for host in _hosts(parameters))
    return f"{hosts}:{parameters.get('port', '5432')}/{parameters.get('dbname') or parameters.get('user', '')}"


def copenhagen_day(connection: Connection) -> date:
    """Today in Denmark by the database's clock."""
    with guarded():
        row = connection.execute(statement("clock/copenhagen_day")).fetchone()
    assert row is not None and isinstance(row[0], date), "the statement gives one date"
    return row[0]


def _parameters(url: str, *, with_environment: bool = False) -> dict[str, str]:
    """What `url` says; with what libpq would fill in from the environment where it says nothing."""
    filled = {}
    if with_environment:
        filled = {option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val}
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.Error:  # its message repeats the URL
        unreadable = True
    else:
        unreadable = False
    if unreadable:
        raise OperatorMustAct(
            f"{SETTING} can't be read as a PostgreSQL URL",
            "It looks like postgresql://user@host:5432/database?sslmode=verify-full, special characters %-encoded.",
        )
    return filled | given


def _hosts(parameters: dict[str, str]) -> list[str]:
    """Where libpq would go: addresses before names; an empty one is the local socket."""
    return (parameters.get("hostaddr") or parameters.get("host") or "").split(",")


def _is_local(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
