"""Loads a file of agreements on net media, as a whole or not at all: it replaces all those before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from db.imports.load import Counts, Load, Row, Terms
from db.net_media import rights
from db.statements import statement
from mappers.extracts.agreements import agreement_of, as_columns, faults_of
from mappers.extracts.remarks import Remark
from mappers.net_media import Agreement


class AgreementLoad(Load):
    """A file of agreements. A line that is wrong keeps all of them out; so does a municipality that is missing, unless
    that is approved."""

    folder = "imports/agreements"
    staging = "import_agreement"

    def __init__(self, connection: psycopg.Connection, columns: Sequence[str]) -> None:
        super().__init__(connection, columns)
        self._lines: dict[int, Agreement] = {}

    def _prepare(self, rows: Sequence[Row]) -> None:
        for line, *cells in rows:
            self._lines[line] = agreement_of(dict(zip(self._columns, cells, strict=True)))

    def _apply(self, terms: Terms) -> Counts:
        groups = [row[0] for row in self._connection.execute(statement("imports/agreements/known_groups"))]
        known = [row[0] for row in self._connection.execute(statement("imports/agreements/known_services"))]
        with self._connection.cursor() as cursor:
            self._stage_rejects(cursor, faults_of(self._lines, groups, known))
        (rejected,) = self._one("count_rejected")
        if rejected:
            return Counts(self._read, 0, 0, rejected, remarks={Remark.NOT_TAKEN: self._read - rejected})
        self._own("stage_terms", **as_columns(list(self._lines.values())))
        missing = self._list("list_missing", today=terms.today)
        if missing and not (terms.approved or terms.dry_run):
            return Counts(self._read, 0, 0, 0, remarks={Remark.NOT_TAKEN: self._read}, missing=missing)
        if terms.dry_run:
            rights.create_staging(self._connection)
            rights.decide_rights(self._connection, self._as_decided(terms))  # what is to come anyhow
        removed, changed, added = self._write()
        services = self._won_and_lost(terms) if terms.dry_run else ()
        remarks = {Remark.AGREEMENT_REMOVED: removed}
        return Counts(self._read, added, changed, 0, remarks=remarks, missing=missing, services=services)

    def _write(self) -> tuple[int, int, int]:
        """Replaces the agreements; how many were removed, changed and added."""
        self._own("add_services")
        return self._own("remove_agreements"), self._own("change_agreements"), self._own("add_agreements")

    def _won_and_lost(self, terms: Terms) -> Sequence[rights.ServiceChanges]:
        """How many patrons would win or lose which service by these agreements; within a dry run."""
        rights.empty_work(self._connection)
        return rights.decide_rights(self._connection, self._as_decided(terms)).services

    def _as_decided(self, terms: Terms) -> rights.Terms:
        return rights.Terms(terms.run_id, terms.today, terms.not_barring)

    def _list(self, name: str, **parameters: Any) -> list[str]:
        return [row[0] for row in self._connection.execute(statement(f"{self.folder}/{name}"), parameters)]
