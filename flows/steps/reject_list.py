"""The list of rejected lines beside the file: `third.csv` gives `third.rejected.csv` (docs/reference/import.md)."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from flows.errors import UserError
from flows.wording import Words
from mappers.extracts.columns import may_be_a_cpr_number
from mappers.extracts.faults import Fault, Reject

COLUMNS = ("line", "key", "column", "reason", "what_to_do")


def list_of(path: Path) -> Path:
    """Where the rejected lines of `path` are listed."""
    return path.with_name(f"{path.stem}.rejected.csv")


class RejectList:
    """Written aside first, and put in its place once the load is committed: `write`, then `publish` or `discard`.

    It holds codes in words, line numbers and the rows' own numbers, never a value, and is its owner's alone to read.
    """

    def __init__(self, path: Path, said: Words) -> None:
        self.path = list_of(path)
        self.faults: Counter[str] = Counter()
        self._file = path.name
        self._said = said
        self._aside: Path | None = None

    def write(self, rejects: Iterable[Reject]) -> None:
        """Writes the list, if there is anything to list. Raises `UserError` where the folder takes no file."""
        for reject in rejects:
            if self._aside is None:
                self._begin()
            self._writer.writerow(self._row(reject))
            self.faults[reject.fault.value] += 1
        if self._aside is not None:
            self._stream.close()

    def publish(self, *, dry_run: bool) -> None:
        """Puts the list in its place; a load without rejects takes an old list away, a dry run leaves it."""
        if self._aside is not None:
            self._aside.replace(self.path)
            self._aside = None
        elif not dry_run:
            self.path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Leaves nothing behind of a load that broke off."""
        if self._aside is not None:
            self._stream.close()
            self._aside.unlink(missing_ok=True)
            self._aside = None

    def _begin(self) -> None:
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            aside.unlink(missing_ok=True)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise UserError(
                f"The rejected lines of {self._file} can't be listed in {self.path}: {error.strerror}. "
                "Nothing was loaded.",
                "Put the file into a folder that you may write to, and load it from there.",
            ) from None
        self._aside = aside
        self._stream = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow(COLUMNS)

    def _row(self, reject: Reject) -> tuple[object, ...]:
        code = reject.fault.value
        values = {"column": reject.column or "", "other": _shown(reject.fault, reject.other) or "?"}
        return (
            reject.line,
            "" if reject.key is None or may_be_a_cpr_number(reject.key) else reject.key,
            reject.column or "",
            self._said.say("reject", code, **values),
            self._said.say("reject_remedy", code, **values),
        )


def _shown(fault: Fault, other: str | None) -> str | None:
    """The other patron's number, unless it may be a CPR number; a column or a line is none."""
    if fault in (Fault.CPR_NUMBER_HELD, Fault.CARD_HELD) and other is not None and may_be_a_cpr_number(other):
        return None
    return other
