"""The road that loans, reservations, charges, payments, messages and holds share: set by set, and repeatable.

A kind declares its columns in `mappers.extracts` and its table in `db/imports/borrowing/kinds.py`; what it does besides
is a statement or two of its own. Lines about what was deleted because it was due are skipped (`sync.forgotten`).
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, LiteralString

from db.imports.borrowing.columns import changes_anything, filled
from db.imports.borrowing.references import Reference
from db.imports.load import Counts, Load, Terms
from mappers.extracts.columns import Extract
from mappers.extracts.remarks import Remark


class BorrowingLoad(Load):
    """A file of one of the kinds. `extract`: its declaration; `table`: where its rows go."""

    folder = "imports/borrowing"
    staging = "import_line"

    extract: ClassVar[Extract]
    table: ClassVar[str]
    references: ClassVar[tuple[Reference, ...]]
    """What must be there, unless the cell is empty."""

    remembered_as: ClassVar[str] = ""
    """Of `mappers.retention.FORGOTTEN_KINDS`, how `sync.forgotten` remembers its rows; empty: not at all."""

    def _apply(self, terms: Terms) -> Counts:
        self._own("analyze_staging")
        remarks: Counter[Remark] = Counter()
        remarks[Remark.FORGOTTEN] = self._own("skip_forgotten", kind=self.remembered_as) if self.remembered_as else 0
        self._own("reject_second_lines")
        changing = changes_anything(self.extract, self._columns)
        unchanged = self._own("drop_unchanged") if changing else 0
        for reference in self.references:
            self._of("lock_parents", reference)
        if changing:
            self._own("lock_changing")
        remarks += self._before_references()
        for reference in self.references:
            self._of("reject_orphans", reference, column=reference.column, fault=reference.fault.value)
        self._after_references()
        (right,) = self._one("count_lines")
        changed = self._own("change") if changing else 0
        self._own("drop_known")
        added = self._own("add", kind=self.remembered_as)
        rejected = self._read - right - unchanged - remarks[Remark.FORGOTTEN]
        return Counts(self._read, added, changed, rejected, remarks=remarks)

    def _before_references(self) -> Counter[Remark]:
        """What the kind does with its lines before their references are held against what is there."""
        return Counter()

    def _after_references(self) -> None:
        """What it does with lines whose references are there."""

    def _text(self, name: str) -> LiteralString:
        return filled(name, self.extract, self.table, self._columns)

    def _of(self, name: str, reference: Reference, **parameters: str) -> None:
        """Executes a statement about what lines refer to."""
        text = filled(f"{self.folder}/{name}", self.extract, self.table, self._columns, reference)
        self._connection.execute(text, parameters or None)
