"""What bench/guardians.py compares with: the links of one minor at a time, read, decided and written row by row.

It does what the worker does for these families (bench/minors.py): links begin and end, enrolled guardians are compared,
cases open and close, events are told. psycopg prepares the statements by itself; a transaction holds a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from bench.place import prepared
from db.connect import Connection
from mappers.coming_of_age import is_minor

MINOR = "SELECT birth_date, registry_status FROM library.patron WHERE patron_number = %s FOR NO KEY UPDATE"
CUSTODY = "SELECT kind, cpr_number, valid_from, valid_to FROM library.custody WHERE patron_number = %s"
LINKS = (
    "SELECT link.link_number, link.source, link.kind, link.valid_from, link.valid_to, link.confirmed, "
    "link.guardian_id, coalesce(patron.cpr_number, guardian.cpr_number), "
    "coalesce(patron.registry_status, guardian.registry_status), coalesce(patron.birth_date, guardian.birth_date) "
    "FROM library.guardian_link AS link JOIN library.guardian AS guardian USING (guardian_id) "
    "LEFT JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number "
    "WHERE link.patron_number = %s AND NOT link.ended"
)
CASES = (
    "SELECT kind, (detail ->> 'guardian')::bigint, case_number FROM library.staff_case "
    "WHERE patron_number = %s AND closed_on IS NULL"
)
GUARDIAN = (
    "SELECT guardian.guardian_id, coalesce(patron.registry_status, guardian.registry_status), "
    "coalesce(patron.birth_date, guardian.birth_date) "
    "FROM library.guardian LEFT JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number "
    "WHERE guardian.cpr_number = %s"
)
BEGIN = (
    "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind, valid_from, valid_to) "
    "VALUES (%s, %s, 'registry', %s, %s, %s)"
)
END = "UPDATE library.guardian_link SET valid_to = %s, ended = true WHERE link_number = %s"
CONFIRM = "UPDATE library.guardian_link SET confirmed = %s, kind = %s WHERE link_number = %s"
OPEN = "INSERT INTO library.staff_case (patron_number, kind, since, detail) VALUES (%s, %s, %s, %s)"
CLOSE = "UPDATE library.staff_case SET closed_on = %s, resolved_on = %s WHERE case_number = %s"
TELL = "INSERT INTO sync.change (patron_number, kind) VALUES (%s, %s)"

DEAD, DISAPPEARED = 90, 70


class _Link(NamedTuple):
    """A row of `LINKS`."""

    link_number: int
    source: str
    kind: str | None
    start: date | None
    to: date | None
    confirmed: bool | None
    guardian: int
    number: str
    status: int | None
    born: date | None


def work_through(connection: Connection, minors: Sequence[str], today: date) -> int:
    """One batch; how many minors changed."""
    with prepared(connection), connection.transaction(), connection.cursor() as cursor:
        return sum(_one(cursor, minor, today) for minor in minors)


def _one(cursor: Any, minor: str, today: date) -> bool:
    born, status = cursor.execute(MINOR, (minor,)).fetchone()
    assert status != DEAD and is_minor(born, today)
    holders = [
        (kind, number, start, to)
        for kind, number, start, to in cursor.execute(CUSTODY, (minor,)).fetchall()
        if (start is None or start <= today) and (to is None or today < to)
    ]
    links = [_Link(*row) for row in cursor.execute(LINKS, (minor,)).fetchall()]
    cases = {(kind, guardian): case for kind, guardian, case in cursor.execute(CASES, (minor,)).fetchall()}
    told, standing = _links(cursor, minor, holders, links, today)
    if _cases(cursor, minor, holders, standing, cases, today):
        told.append("guardian.case")
    for kind in told:
        cursor.execute(TELL, (minor, kind))
    return bool(told)


def _links(
    cursor: Any, minor: str, holders: list[Any], links: list[_Link], today: date
) -> tuple[list[str], list[_Link]]:
    """The events, and the links that stand afterwards."""
    before = {(link.kind, link.number, link.start): link for link in links if link.source == "registry"}
    wanted = {(kind, number, start): to for kind, number, start, to in holders}
    standing, told = list(links), []
    for (kind, number, start), to in wanted.items():
        if (kind, number, start) not in before:
            guardian, status, born = cursor.execute(GUARDIAN, (number,)).fetchone()
            cursor.execute(BEGIN, (minor, guardian, kind, start, to))
            standing.append(_Link(0, "registry", kind, start, to, None, guardian, number, status, born))
            told = ["guardian.linked"]
    for key, link in before.items():
        if key not in wanted:
            cursor.execute(END, (today, link.link_number))
            standing.remove(link)
            told = [*told, "guardian.ended"]
    kinds = {number: kind for kind, number, *_ in holders}
    for link in links:
        if link.source == "enrolled":
            found = (link.number in kinds, kinds.get(link.number))
            if (link.confirmed, link.kind) != found:
                cursor.execute(CONFIRM, (*found, link.link_number))
    return told, standing


def _cases(
    cursor: Any, minor: str, holders: list[Any], standing: list[_Link], cases: dict[Any, int], today: date
) -> bool:
    wanted = set() if holders else {("no holder of custody", None)}
    numbers = {number for _, number, *_ in holders}
    for link in standing:
        if link.number not in numbers:
            wanted.add(("guardian not confirmed", link.guardian))
        if link.status == DEAD:
            wanted.add(("guardian deceased", link.guardian))
        if link.status == DISAPPEARED:
            wanted.add(("guardian disappeared", link.guardian))
        if is_minor(link.born, today):
            wanted.add(("guardian is a minor", link.guardian))
    for kind, guardian in wanted - cases.keys():
        cursor.execute(OPEN, (minor, kind, today, Jsonb({"guardian": guardian} if guardian else {})))
    for gone in cases.keys() - wanted:
        cursor.execute(CLOSE, (today, today, cases[gone]))
    return cases.keys() != wanted
