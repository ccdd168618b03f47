"""Loads an extract of guardians: who has signed for which child, by the newest form (`mappers.extracts.enrolling`)."""

from __future__ import annotations

from db.guardians import people
from db.imports.load import Counts, Load, Terms
from db.statements import statement
from mappers import cases, events, quarantine
from mappers.extracts.remarks import Remark
from mappers.status import DEAD


class GuardianLoad(Load):
    """A file of guardians who have signed on paper."""

    folder = "imports/guardians"
    staging = "import_guardian"

    def _apply(self, terms: Terms) -> Counts:
        people.one_at_a_time(self._connection)  # nobody merges or links guardians meanwhile
        self._own("analyze_staging")
        self._own(
            "reject_forms",
            today=terms.today,
            dead=DEAD,
            age_is_asked=cases.UNCERTAIN_BIRTH_DATE,
        )
        self._own("find_signers")
        self._own("compare_forms", not_found=quarantine.NOT_FOUND)
        self._own("reject_beaten")
        if self._own("add_guardians"):
            self._own("find_signers")
        self._own("lock_guardians")
        self._own("plan_work", columns=list(self._columns))
        right, added, changed, older = self._one("count_work")
        if added or changed:
            self._write()
        changes = self._append_events(terms.run_id)
        return Counts(self._read, added, changed, self._read - right, changes, {Remark.OLDER_FORM: older})

    def _write(self) -> None:
        self._own("put_details", columns=list(self._columns))
        self._own("end_links")
        self._own("renew_links")
        self._own("add_links")

    def _append_events(self, run_id: int) -> dict[str, int]:
        rows = self._connection.execute(
            statement("imports/guardians/append_events"),
            {"linked": events.GUARDIAN_LINKED, "ended": events.GUARDIAN_ENDED, "run_id": run_id},
        )
        return dict(sorted(rows, key=lambda row: events.KINDS.index(row[0])))
