"""What runs have counted since the first: a number never goes back, also when records are deleted (`run_records`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import psycopg

from db.statements import statement

Totals = Mapping[str, Mapping["Counted", float]]
"""Name -> flow and label -> how much."""


class Counted(NamedTuple):
    """Whose number it is: the flow's, and which ('' where there is no which)."""

    flow: str
    label: str


def read_totals(connection: psycopg.Connection) -> Totals:
    """All numbers, by what they count (`db/functions/run_totals.sql`)."""
    found: dict[str, dict[Counted, float]] = defaultdict(dict)
    for name, flow, label, value in connection.execute(statement("status/totals")):
        found[name][Counted(flow, label)] = float(value)
    return found
