"""The agreements on net media of the demo's library, as its file would hand them over; the services are made up."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cpr_client.demo.towns import HOME, MUNICIPALITIES
from mappers.extracts.agreements import AGREEMENTS
from mappers.net_media import DANISH_CODES

GRACE_DAYS = 30
"""Days for which a patron who moves away keeps films."""


def write_agreements(path: Path, first_day: date, today: date) -> None:
    """Writes the file: films for the home town alone, from 14 and with a grace; audio books in each town; and a service
    for children that begins today. It holds nobody's data.
    """
    long_ago = first_day - timedelta(days=365)
    home, towns = f"{HOME:04}", [f"{code:04}" for code in MUNICIPALITIES]
    rows: list[dict[str, Any]] = [
        {"service": "Filmskuret", "municipality_code": home, "min_age": 14, "grace_days": GRACE_DAYS},
        {"service": "Børneskærmen", "municipality_code": home, "valid_from": today, "max_age": 12},
        *({"service": "Lydhylden", "municipality_code": code} for code in towns if code in DANISH_CODES),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in AGREEMENTS.columns])
        writer.writeheader()
        writer.writerows({"valid_from": long_ago, **row} for row in rows)
