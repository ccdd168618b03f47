"""The families of bench/guardians.py: made-up minors, two to a family, with custody as the refresh has left it.

Every family has a mother and a father who hold custody; each fifth mother is a patron, all others are none. Each second
child was enrolled on paper by the mother. `turn` moves every fifth child on: the father's custody ends, or begins.
"""

from __future__ import annotations

from datetime import date, timedelta

from bench.people import DAY, cpr_number, patron_number
from bench.place import settle
from db.connect import Connection

BORN = date(2015, 6, 1)
GUARDIANS, MOTHERS = 5_000_000, 9_000_000
"""Where the numbers of guardians begin, and of those mothers who are patrons."""


def mother(family: int) -> str:
    """The mother's CPR number."""
    return cpr_number(GUARDIANS + 2 * family).digits


def father(family: int) -> str:
    """The father's CPR number."""
    return cpr_number(GUARDIANS + 2 * family + 1).digits


def is_patron(family: int) -> bool:
    """Whether the mother is a patron."""
    return family % 5 == 0


def outside(minors: int) -> int:
    """How many guardians of so many minors are no patrons."""
    families = range((minors + 1) // 2)
    return 2 * len(families) - sum(map(is_patron, families))


def turns(minors: int) -> int:
    """How many of the first so many minors `turn` moves on."""
    return (minors + 4) // 5


def enrol_minors(connection: Connection, minors: int) -> None:
    """Puts minors, mothers who are patrons, and custody into the library, as a refresh on `DAY` leaves them."""
    families = range((minors + 1) // 2)
    connection.execute("INSERT INTO library.patron_group (patron_group) VALUES ('Barn'), ('Voksen')")
    copy = connection.cursor().copy
    with copy(
        "COPY library.patron (patron_number, cpr_number, name, birth_date, birth_date_uncertain, registry_status, "
        "protection_flag, patron_group) FROM STDIN"
    ) as rows:
        for child in range(minors):
            number = cpr_number(child).digits
            rows.write_row((patron_number(child), number, "Barn", BORN, False, 1, False, "Barn"))
        for family in filter(is_patron, families):
            number = patron_number(MOTHERS + family)
            rows.write_row((number, mother(family), "Mor", date(1985, 1, 2), False, 1, False, "Voksen"))
    with copy("COPY library.custody (patron_number, kind, cpr_number, valid_from) FROM STDIN") as rows:
        for child in range(minors):
            rows.write_row((patron_number(child), "mother", mother(child // 2), BORN))
            rows.write_row((patron_number(child), "father", father(child // 2), BORN))
    connection.execute(
        "UPDATE sync.patron_check SET checked_at = %(at)s, checked_on = %(day)s, next_due = %(next)s, custody_on = "
        "CASE WHEN EXISTS (SELECT FROM library.custody WHERE custody.patron_number = patron_check.patron_number) "
        "THEN %(day)s::date END",
        {"at": f"{DAY} 01:30 UTC", "day": DAY, "next": DAY + timedelta(days=1)},
    )


def sign_forms(connection: Connection, minors: int) -> None:
    """Each second child was enrolled by the mother; the registry has made guardians of all parents by then."""
    connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, valid_from, signed_on) "
        "SELECT link.patron_number, link.guardian_id, 'enrolled', %(day)s, %(day)s FROM library.guardian_link AS link "
        "WHERE link.kind = 'mother' AND link.patron_number = ANY (%(children)s)",
        {"day": DAY, "children": [patron_number(child) for child in range(0, minors, 2)]},
    )


def turn(connection: Connection, minors: int, today: date) -> None:
    """Moves every fifth of the first so many minors on: the refresh of `today` finds the father's custody gone, or new.

    Custody that ends is in the answer no more; custody that begins does so today.
    """
    children = [(patron_number(child), father(child // 2)) for child in range(0, minors, 5)]
    with connection.transaction():
        connection.execute("CREATE TEMPORARY TABLE turned (patron_number text, cpr_number text) ON COMMIT DROP")
        with connection.cursor().copy("COPY turned FROM STDIN") as rows:
            for child in children:
                rows.write_row(child)
        connection.execute(
            "WITH ended AS (DELETE FROM library.custody AS custody USING turned "
            "WHERE custody.patron_number = turned.patron_number AND kind = 'father' RETURNING custody.patron_number) "
            "INSERT INTO library.custody (patron_number, kind, cpr_number, valid_from) "
            "SELECT patron_number, 'father', cpr_number, %s FROM turned "
            "WHERE patron_number NOT IN (SELECT patron_number FROM ended)",
            (today,),
        )
        connection.execute("UPDATE sync.patron_check SET custody_on = %s WHERE custody_on IS NOT NULL", (today,))
    settle(connection)
