"""Families for the tests of guardians: a child who is a patron, and the people about whom the registry is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.acceptance.made_up import HOME
from tests.fixtures.library import DAY, Library

CHILD, SIBLING = "0101165555", "0202175555"
MOTHER, FATHER, STEPFATHER, AUNT = "0101805556", "0202815557", "0303825559", "0404835558"
NEW_NUMBER, NEWER_NUMBER = "0505845556", "0606855556"

BORN = "2016-01-01"

PROTECTED = {"flag": True}


@dataclass(slots=True)
class Family:
    """A library and the family that it knows. `facts`: of each child, as the registry has them now."""

    library: Library
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def adult(self, cpr_number: str, status: int = 1, name: str = "Prøve Voksen", **facts: Any) -> None:
        """Puts a grown-up into the registry."""
        told = {"birth_date": "1980-01-01", "name": {"addressing": name}, **facts}
        if status in (1, 3, 5, 7):
            told = {"residence": HOME, **told}
        self.library.person(cpr_number, status, **told)

    def child(self, *custody: dict[str, Any], number: str = CHILD, patron: str = "1", **facts: Any) -> None:
        """Enrols a child, whose mother and father are listed, and puts it into the registry with this custody."""
        self.library.enrol(patron, number, patron_group=None)
        self.changed(*custody, number=number, **facts)

    def changed(self, *custody: dict[str, Any], number: str = CHILD, status: int = 1, **facts: Any) -> None:
        """What the registry says of the child from now on; what is not given stays."""
        before = self.facts.setdefault(
            number,
            {
                "birth_date": BORN,
                "residence": HOME,
                "name": {"addressing": "Prøve Barn"},
                "mother": MOTHER,
                "father": FATHER,
            },
        )
        before |= {"custody": list(custody), **facts}
        told = {key: value for key, value in before.items() if key != "residence" or status in (1, 3, 5, 7)}
        self.library.person(number, status, **told)

    def parents(self) -> None:
        """Mother and father are in the registry, and no patrons."""
        self.adult(MOTHER, name="Prøve Mor")
        self.adult(FATHER, name="Prøve Far")

    def night(self, day: date = DAY, **how: Any) -> dict[str, Any]:
        """The refresh and the run of guardians after it; the report of the latter."""
        assert self.library.refresh(day)["state"] == "done"
        return self.library.guardians(day, **how)

    def links(self, day: date = DAY, patron: str = "1") -> list[tuple[Any, ...]]:
        """(source, kind, name, from, to) of each guardian as staff see them."""
        return [
            (g["source"], g["kind"], g["name"], g["from"], g["to"])
            for g in self.library.patron(patron, day)["guardians"]
        ]

    def kinds(self, day: date = DAY, patron: str = "1") -> list[str]:
        """The kinds of the links in force on a day."""
        return sorted(
            g["kind"] or "signed"
            for g in self.library.patron(patron, day)["guardians"]
            if g["to"] is None or g["to"] > day.isoformat()
        )

    def cases(self, patron: str = "1") -> list[str]:
        """The kinds of the child's open cases."""
        rows = self.library.rows(
            "SELECT kind FROM library.staff_case WHERE patron_number = %s AND closed_on IS NULL ORDER BY kind", patron
        )
        return [kind for (kind,) in rows]

    def sign(
        self, cpr_number: str, name: str = "Prøve Underskriver", patron: str = "1", signed_on: date = date(2025, 8, 1)
    ) -> None:
        """Somebody signs for the child on paper, as an import of such forms leaves it."""
        found = self.library.rows(
            "INSERT INTO library.guardian (cpr_number, name) VALUES (%s, %s) "
            "ON CONFLICT (cpr_number) DO UPDATE SET name = coalesce(guardian.name, excluded.name) "
            "RETURNING guardian_id",
            cpr_number,
            name,
        )
        self.library.rows(
            "INSERT INTO library.guardian_link (patron_number, guardian_id, source, valid_from, signed_on) "
            "VALUES (%s, %s, 'enrolled', %s, %s) RETURNING 1",
            patron,
            found[0][0],
            signed_on,
            signed_on,
        )


def later(days: int) -> date:
    """So many days after `DAY`."""
    return DAY + timedelta(days=days)


def entry(type: int, start: str | None = None, delete: str | None = None, holder: str | None = None) -> dict[str, Any]:
    """An entry of custody."""
    told = {"type": type, "start": start, "delete": delete, "holder": holder}
    return {key: value for key, value in told.items() if value is not None}
