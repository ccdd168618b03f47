"""What bench/guardians.py compares with: the links of one minor at a time, read, decided and written row by row.

It does what the worker does for these families (bench/minors.py): links begin and end, enrolled guardians are compared,
cases open and close, events are told. psycopg prepares the statements by itself; a transaction holds a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from db.connect import Connection

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
CASES = "SELECT case_number, kind FROM library.staff_case WHERE patron_number = %s AND closed_on IS NULL"
GUARDIAN = (
    "SELECT guardian_id FROM library.guardian AS guardian LEFT JOIN library.patron AS patron USING (patron_number) "
    "WHERE guardian.cpr_number = %(number)s OR patron.cpr_number = %(number)s"
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


def work_through(connection: Connection, minors: Sequence[str], today: date) -> int:
    """One batch; how many minors changed."""
    with connection.transaction(), connection.cursor() as cursor:
        return sum(_one(cursor, minor, today) for minor in minors)


def _one(cursor: Any, minor: str, today: date) -> bool:
    born, status = cursor.execute(MINOR, (minor,)).fetchone()
    assert status != DEAD and today < date(born.year + 18, born.month, born.day)
    holders = [
        (kind, number, start, to)
        for kind, number, start, to in cursor.execute(CUSTODY, (minor,)).fetchall()
        if (start is None or start <= today) and (to is None or today < to)
    ]
    links = cursor.execute(LINKS, (minor,)).fetchall()
    cases = cursor.execute(CASES, (minor,)).fetchall()
    told = _links(cursor, minor, holders, links, today)
    if _cases(cursor, minor, holders, links, cases, today):
        told.append("guardian.case")
    for kind in told:
        cursor.execute(TELL, (minor, kind))
    return bool(told)


def _links(cursor: Any, minor: str, holders: list[Any], links: list[Any], today: date) -> list[str]:
    standing = {(link[2], link[7], link[3]): link for link in links if link[1] == "registry"}
    wanted = {(kind, number, start): to for kind, number, start, to in holders}
    told = []
    for (kind, number, start), to in wanted.items():
        if (kind, number, start) not in standing:
            [guardian] = cursor.execute(GUARDIAN, {"number": number}).fetchone()
            cursor.execute(BEGIN, (minor, guardian, kind, start, to))
            told = ["guardian.linked"]
    ended = [link for key, link in standing.items() if key not in wanted]
    for link in ended:
        cursor.execute(END, (today, link[0]))
    kinds = {number: kind for kind, number, *_ in holders}
    for link in links:
        if link[1] == "enrolled" and (link[5], link[2]) != (link[7] in kinds, kinds.get(link[7])):
            cursor.execute(CONFIRM, (link[7] in kinds, kinds.get(link[7]), link[0]))
    return [*told, "guardian.ended"] if ended else told


def _cases(cursor: Any, minor: str, holders: list[Any], links: list[Any], cases: list[Any], today: date) -> bool:
    wanted = set() if holders else {"no holder of custody"}
    numbers = {number for _, number, *_ in holders}
    for _, source, _, _, _, _, _, number, status, born in links:
        if number not in numbers and source == "registry":
            continue
        if number not in numbers:
            wanted.add("guardian not confirmed")
        if status == DEAD:
            wanted.add("guardian deceased")
        if status == DISAPPEARED:
            wanted.add("guardian disappeared")
        if born and today < date(born.year + 18, born.month, min(born.day, 28)):
            wanted.add("guardian is a minor")
    open_cases = {kind: case for case, kind in cases}
    for kind in wanted - open_cases.keys():
        cursor.execute(OPEN, (minor, kind, today, Jsonb({})))
    for kind in open_cases.keys() - wanted:
        cursor.execute(CLOSE, (today, today, open_cases[kind]))
    return open_cases.keys() != wanted
