"""Every patron's right to every net-media service, decided in one statement (docs/reference/rules.md, "Net media").

Decided on is whom something has happened to since the last time (triggers note it), and for whom the day or an
agreement may make a difference; everyone, where a service was never decided, the day goes back, or other blocks bar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import psycopg

from db.refresh.columns import with_columns
from db.statements import statement
from mappers import events, net_media

LOCK = 0x50A9_0001  # any number of our own: one run decides at a time

_REASONS = {reason.replace(" ", "_"): reason for reason in (*sum(net_media.REASONS.values(), ()), net_media.GRACE)}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run decides by. `not_barring`: reasons of blocks that do not bar. `skipped`: services left out of it."""

    run_id: int
    today: date
    not_barring: Sequence[str] = ()
    skipped: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ServiceChanges:
    """How many rights to a service a run grants and revokes."""

    service: str
    granted: int = 0
    revoked: int = 0


@dataclass(slots=True)
class Changed:
    """What a run changed: patrons decided on, of them with another right, and of them with another that is not applied
    (`left`; they count in `changed` no more); rights by service, by outcome; events.

    `left_out`: services of which nothing was applied, since a brake holds them or an operator skips them.
    """

    due: int = 0
    changed: int = 0
    left: int = 0
    services: list[ServiceChanges] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


Hold = Callable[[Sequence[ServiceChanges]], Collection[str]]
"""Says of which services nothing may be applied."""


def create_staging(connection: psycopg.Connection) -> None:
    """Makes the session's temporary tables."""
    connection.execute(statement("net_media/create_staging"))


def count_granted(connection: psycopg.Connection, service: str) -> int:
    """How many rights to the service stand."""
    row = connection.execute(statement("net_media/count_granted"), {"service": service}).fetchone()
    assert row is not None
    return int(row[0])


def empty_work(connection: psycopg.Connection) -> None:
    """Makes room for another decision within one transaction."""
    connection.execute(statement("net_media/empty_work"))


def decide_rights(connection: psycopg.Connection, terms: Terms, hold: Hold = lambda changes: ()) -> Changed:
    """Decides and applies. In an open transaction, of a session that `create_staging` has prepared.

    Services that are skipped, or that `hold` names, are left as they are, and decided for everyone the next time.
    """
    connection.execute(statement("net_media/tune"))
    connection.execute(statement("net_media/one_at_a_time"), {"lock": LOCK})
    known = connection.execute(statement("net_media/list_services")).fetchall()
    services = [service for service, *_ in known]
    days = [day for _, day, _ in known]
    not_barring = sorted(set(terms.not_barring))
    everyone = any(day is None or day > terms.today or held != not_barring for _, day, held in known)
    given: dict[str, Any] = {
        "today": terms.today,
        "day": None if everyone else min(days, default=terms.today),
        "services": services,
        "marks": [f"{1 << place:0{len(services)}b}"[::-1] for place in range(len(services))],
        "everyone": everyone,
        "not_barring": not_barring,
    }
    _enlist(connection, given)
    _decide(connection, given)
    changed = _count_rights(connection, services)
    asked = [change for change in changed.services if change.service not in terms.skipped]
    left_out = sorted({*terms.skipped, *hold(asked)})
    if left_out:
        connection.execute(statement("net_media/leave_out"), {"services": left_out})
        changed = replace(_count_rights(connection, services), left_out=left_out)
    connection.execute(statement("net_media/gather_patrons"))
    _count_patrons(connection, given, changed)
    _apply(connection, given, changed, terms.run_id)
    _keep(connection, given, left_out)
    return changed


def _enlist(connection: psycopg.Connection, given: dict[str, Any]) -> None:
    connection.execute(statement("net_media/resolve_agreements"), given)
    connection.execute(statement("net_media/take_touched"), {**given, "municipality": events.MUNICIPALITY})
    connection.execute(statement("net_media/drop_orphans"))
    if not given["everyone"]:
        connection.execute(statement("net_media/enlist_patrons"), given)
    connection.execute(statement("net_media/analyze_staging"))


def _decide(connection: psycopg.Connection, given: dict[str, Any]) -> None:
    connection.execute(
        with_columns("net_media/decide_rights"),
        {
            **given,
            **_REASONS,
            "statuses": list(net_media.RESIDENT_STATUSES),
            "says_nothing": net_media.SAYS_NOTHING,
            "codes": list(net_media.DANISH_CODES),
        },
    )


def _count_rights(connection: psycopg.Connection, services: Sequence[str]) -> Changed:
    granted: Counter[str] = Counter()
    revoked: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    rows = connection.execute(statement("net_media/count_decided"))
    for service, is_granted, was_granted, reason, is_news, rights in rows:
        if is_granted != was_granted:
            (granted if is_granted else revoked)[service] += rights
        if is_news:
            outcomes[reason or net_media.GRANTED] += rights
    changes = [ServiceChanges(service, granted[service], revoked[service]) for service in services]
    return Changed(services=changes, outcomes=dict(sorted(outcomes.items())))


def _count_patrons(connection: psycopg.Connection, given: dict[str, Any], changed: Changed) -> None:
    row = connection.execute(statement("net_media/count_patrons"), given).fetchone()
    assert row is not None
    changed.due, changed.changed, changed.left = row


def _apply(connection: psycopg.Connection, given: dict[str, Any], changed: Changed, run_id: int) -> None:
    connection.execute(statement("net_media/update_rights"))
    connection.execute(statement("net_media/add_rights"))
    kinds = {"granted": events.NET_MEDIA_GRANTED, "revoked": events.NET_MEDIA_REVOKED}
    told = connection.execute(statement("net_media/append_events"), {**given, **kinds, "run_id": run_id})
    changed.events = dict(told.fetchall())


def _keep(connection: psycopg.Connection, given: dict[str, Any], left_out: Sequence[str]) -> None:
    services = [service for service in given["services"] if service not in left_out]
    connection.execute(statement("net_media/keep_agreements"), {**given, "services": services})
    connection.execute(statement("net_media/keep_decided"), {**given, "services": services})
    if left_out:
        connection.execute(statement("net_media/keep_moves"), {**given, "left_out": left_out})
        connection.execute(statement("net_media/forget_decided"), {"services": left_out})
