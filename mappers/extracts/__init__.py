"""The files that a library can load (docs/reference/import.md): columns, how a cell is read, what can be wrong.

One module per kind of file; `EXTRACTS` is the list of them, which the command line and the flows read.
"""

from __future__ import annotations

from collections.abc import Mapping

from mappers.extracts.agreements import AGREEMENTS
from mappers.extracts.columns import Extract
from mappers.extracts.guardians import GUARDIANS
from mappers.extracts.patrons import PATRONS

EXTRACTS: Mapping[str, Extract] = {extract.kind: extract for extract in (PATRONS, GUARDIANS, AGREEMENTS)}
"""Kind of file -> its declaration."""
