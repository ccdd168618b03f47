"""Loads an extract of patrons: which of its lines are rejects, and what the others change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from db.imports.load import Counts, Load, Register, Row, Terms
from db.imports.pins import hash_pins
from db.statements import statement
from mappers import events
from mappers.extracts.patrons import EVENT_OF_FIELD
from mappers.extracts.remarks import Remark
from mappers.extracts.taking import last_birth_date_of_an_adult


class PatronLoad(Load):
    """A file of patrons."""

    folder = "imports/patrons"
    staging = "import_patron"
    stored_as: ClassVar[Mapping[str, str]] = {"pin": "pin_hash"}

    def _prepare(self, rows: Sequence[Row]) -> None:
        if "pin" in self._columns:
            card, pin = self._columns.index("card_number") + 1, self._columns.index("pin") + 1
            hashes = hash_pins(self._connection, [(row[card], row[pin]) for row in rows])
            for row, pin_hash in zip(rows, hashes, strict=True):
                row[pin] = pin_hash

    def _apply(self, terms: Terms) -> Counts:
        self._own("analyze_staging")
        self._own("reject_second_lines")
        self._own("reject_numbers_of_people")
        self._decide(terms)
        right, added, changed, withheld, unlisted, back = self._one("count_work")
        register = self._whole_register(terms, back)
        if added or changed:
            self._write(known=changed > 0)
        changes = self._append_events(terms.run_id, added, changed)
        remarks = {Remark.CHILD_GROUP_NOT_TAKEN: withheld, Remark.UNLISTED_MUNICIPALITY_CODE: unlisted}
        return Counts(self._read, added, changed, self._read - right, changes, remarks, register=register)

    def _whole_register(self, terms: Terms, back: int) -> Register:
        """Who is not in a whole register is gone, unless a brake or a line without a patron number holds it."""
        if terms.may_go is None:
            return Register(back=back)
        back += self._own("bring_back")
        absent, stood, nameless = self._one("count_gone")
        if nameless or not terms.may_go(absent, stood):
            return Register(back=back, held=absent, nameless=nameless)
        self._own("mark_gone", today=terms.today)
        return Register(back=back, gone=absent)

    def _decide(self, terms: Terms) -> None:
        """Sorts out the rejects, and compares the rest with the library until it is compared with what is locked."""
        has_numbers, has_cards = "cpr_number" in self._columns, "card_number" in self._columns
        changed_meanwhile = True
        while changed_meanwhile:
            if has_numbers:
                self._own("reject_third_numbers")
            rejected = 1
            while rejected:
                rejected = self._own("reject_held_numbers") if has_numbers else 0
                rejected += self._own("reject_held_cards") if has_cards else 0
            if "patron_group" in self._columns:
                self._own(
                    "withhold_child_groups",
                    child_groups=list(terms.child_groups),
                    last_birth_date=last_birth_date_of_an_adult(terms.today),
                    columns=list(self._columns),
                )
            self._own("empty_work")
            self._own("taken", columns=list(self._columns))
            if terms.may_go is not None:
                self._own("find_gone")
            _, changed_meanwhile = self._one("lock_patrons")

    def _write(self, known: bool) -> None:
        """Writes what is to be done. `known`: patrons are among it who were there before."""
        there = set(self._columns)
        if "patron_group" in there:
            self._own("add_groups")
        if "home_branch" in there:
            self._own("add_branches")
        if known:
            self._own("release_numbers")
            self._own("update_patrons")
            self._own("make_due")
        self._own("add_patrons")
        if there & {"mobile", "landline"}:
            self._own("put_phones")
        if "absent_from" in there:
            self._own("put_absences")
        if "block_reason" in there:
            self._own("put_blocks")
        if "card_number" in there:
            if known and "pin" not in there:
                self._own("keep_pins")
            if known:
                self._own("drop_cards")
            self._own("add_cards")
            self._own("put_pins")
            if known and "pin" not in there:
                self._own("put_kept_pins")

    def _append_events(self, run_id: int, added: int, changed: int) -> dict[str, int]:
        counts: dict[str, int] = {}
        if added:
            self._own("append_added", kind=events.ADDED, run_id=run_id)
            counts[events.ADDED] = added
        if changed:
            told = sorted(EVENT_OF_FIELD.items(), key=lambda item: events.KINDS.index(item[1]))
            rows = self._connection.execute(
                statement("imports/patrons/append_changes"),
                {"fields": [field for field, _ in told], "kinds": [kind for _, kind in told], "run_id": run_id},
            )
            counts |= sorted(rows, key=lambda row: events.KINDS.index(row[0]))
        return counts
