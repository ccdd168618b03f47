"""Whoever asks is told everything that is kept about them, and nothing about anybody else.

What is kept is found without the statements that gather it: every table of every schema is searched for the person's
patron number, CPR numbers, cards, e-mail address and telephone numbers, and every column of every row that is found is
looked for in the answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.cli import exits
from flows.observability.redaction import mask
from mappers.inventory import ROWS
from mappers.subject_access import LEFT_OUT, MASKED
from tests.fixtures.library import DAY, Library
from tests.fixtures.proofs import Proof
from tests.proofs.lives import Lives, Person

NOT_SHOWN = {table for row in ROWS if not row.is_shown for table in row.tables}
HIDDEN = {place for places in LEFT_OUT.values() for place in places}
ABOUT_TWO = {"library.guardian_link", "library.custody", "library.staff_case"}
"""Tables whose rows are about two people."""


@dataclass
class Found:
    """A row that has to do with somebody, wherever it was found."""

    table: str
    row: dict[str, Any]


def rows_about(library: Library, person: Person) -> Iterator[Found]:
    """Every row of every table in which one of the person's identifiers stands, or their number as a guardian."""
    tables = library.rows(
        "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        " AND NOT (table_schema = 'sync' AND table_name LIKE 'registry_access_%%') ORDER BY 1"
    )
    for (table,) in tables:
        found = library.rows(
            f"SELECT row FROM (SELECT to_jsonb(t) FROM {table} AS t) AS t (row) WHERE EXISTS ("
            " SELECT FROM unnest(%s::text[]) AS one WHERE strpos(row::text, one) > 0)"
            " OR row ->> 'guardian_id' = %s OR row -> 'detail' ->> 'guardian' = %s",
            person.identifiers,
            *[str(person.guardian_id)] * 2,
        )
        for (row,) in found:
            yield Found(table, row)


def told(answer: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """What the answer holds of a table, row by row."""
    if table == "library.patron":
        return [{column: value for thing in answer["kept"] for column, value in thing["values"].items()}]
    return [row["values"] for thing in answer["kept"] for row in thing["rows"] if row["table"] == table]


def is_told(value: Any, shown: Any) -> bool:
    """Whether a value is shown as it stands, but for what looks like a CPR number in it; an amount is text."""
    if isinstance(value, float):
        return isinstance(shown, str) and float(shown) == value
    return bool(shown == (mask(value) if isinstance(value, str) else value))


def missing(answer: dict[str, Any], found: Found) -> list[str]:
    """Columns of a row that are not in the answer, and not declared to be left out."""
    if found.table in NOT_SHOWN:
        return []
    expected = {
        column: value
        for column, value in found.row.items()
        if value is not None and f"{found.table}.{column}" not in HIDDEN and not _is_whose(found.table, column)
    }
    if expected.get("next_due") == "-infinity":  # at once
        expected.pop("next_due")
    for row in told(answer, found.table):
        if all(is_told(value, row.get(column)) for column, value in expected.items()):
            return []
    return [f"{found.table}: {sorted(expected)}"]


def _is_whose(table: str, column: str) -> bool:
    return column == "patron_number" and table != "library.patron"


def other_in(found: Found, person: Person, people: list[Person]) -> Person | None:
    """The other one of the two whom a row is about."""
    row = found.row
    detail = row.get("detail") or {}
    theirs = {
        row.get("patron_number"),
        row.get("cpr_number"),
        row.get("guardian_id"),
        detail.get("guardian"),
        detail.get("other_patron"),
    } - {None}
    for other in people:
        if other is not person and theirs & {other.patron_number, other.cpr_number, other.former, other.guardian_id}:
            return other
    return None


def is_told_as_guardian(found: list[Found], person: Person, people: list[Person]) -> bool:
    """Whether they may be told that they are kept as a guardian: a child is not protected, or they signed for one."""
    held = [one for one in found if one.table in ("library.guardian_link", "library.custody")]
    children = [
        (one, next(other for other in people if other.patron_number == one.row["patron_number"]))
        for one in held
        if one.row["patron_number"] != person.patron_number
    ]
    return not children or any(
        child.may_be_told_of or (one.row.get("source") == "enrolled" and not one.row["ended"])
        for one, child in children
    )


def whole_answer(library: Library, person: Person, file: Path) -> tuple[dict[str, Any], str]:
    """The answer as an object, and all its forms and languages as text."""
    if person.patron_number is not None:
        command = ["patron", person.patron_number]
    else:
        [(link,)] = library.rows(
            "SELECT max(link_number) FROM library.guardian_link WHERE guardian_id = %s", person.guardian_id
        )
        command = ["guardian", "--link", str(link)]
    command += ["--everything", "--today", DAY.isoformat()]
    texts = []
    for form in (["--json"], ["--language", "da"], ["--html", str(file)], ["--language", "en", "--html", str(file)]):
        code, out = library.command(*command, *form)
        assert code == exits.DONE, library.errors
        texts.append(file.read_text(encoding="utf-8") if "--html" in form else out)
    return json.loads(texts[0]), "\n".join(texts)


def test_everything_about_a_person_is_told_and_nothing_about_anybody_else(
    library: Library, proof: Proof, tmp_path: Path
) -> None:
    lives = Lives(library.connection, proof.random)
    patrons = [lives.live(proof.random.choice([False, False, True, None])) for _ in range(proof.size(small=5, full=40))]
    guardians = [lives.guardian(proof.random.choice([False, True])) for _ in range(proof.size(small=2, full=20))]
    lives.bring_together(proof.size(small=14, full=300))
    lives.link(patrons[0], guardians[0], "enrolled")
    looked_at = [*proof.random.sample(patrons, proof.size(small=2, full=40)), guardians[0]]
    rows = hidden = 0
    for person in looked_at:
        found = list(rows_about(library, person))  # before the answers leave rows of their own
        answer, text = whole_answer(library, person, tmp_path / "answer.html")
        may_be_told = Counter[str]()
        as_guardian = is_told_as_guardian(found, person, lives.people)
        for one in found:
            if not as_guardian and one.table not in ABOUT_TWO and one.row.get("guardian_id") is not None:
                assert one.table == "sync.guardian_claim" or told(answer, one.table) == []
                hidden += 1
                continue
            other = other_in(one, person, lives.people) if one.table in ABOUT_TWO else None
            if other is None or other.may_be_told_of:
                assert missing(answer, one) == []
                may_be_told[one.table] += 1
            else:
                hidden += 1
        assert {table: len(told(answer, table)) for table in ABOUT_TWO} == {
            table: may_be_told[table] for table in ABOUT_TWO
        }
        rows += len(found)
        for other in lives.people:
            if other is not person:
                assert not [secret for secret in (other.mark, *other.identifiers) if secret in text]
        assert person.cpr_number not in text and person.former not in text
        assert person.email in text and (person.mobile in text)
    assert hidden
    proof.tell(
        f"{len(looked_at)} of {len(lives.people)} people asked, {rows} rows were found about them, {hidden} of them"
        " about somebody protected, too"
    )


def test_what_is_masked_is_told_to_be_there() -> None:
    assert all(place.endswith("cpr_number") for place in MASKED)
