"""Facts that many acceptance tests put into the registry, in the keys of a persons file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fixtures.library import DAY

YESTERDAY = DAY - timedelta(days=1)
TOMORROW = DAY + timedelta(days=1)

HOME: dict[str, Any] = {
    "municipality_code": 851,
    "road_code": 7200,
    "house_number": "012A",
    "floor": "st",
    "door": "tv",
    "road_name": "Strandvejen",
    "postal_code": "9000",
    "postal_district": "Aalborg",
}
"""A flat in Aalborg; without a standard address, so that the street line is composed."""

GREENLAND: dict[str, Any] = {
    "municipality_code": 956,
    "road_code": 103,
    "house_number": "0007",
    "road_name": "Aqqusinersuaq",
    "postal_code": "3900",
    "postal_district": "Nuuk",
}

TOWN_HALL: dict[str, Any] = {
    "municipality_code": 851,
    "road_code": 9901,
    "house_number": "001",
    "road_name": "Rådhuset",
    "postal_code": "9000",
    "postal_district": "Aalborg",
}
"""A special road code: no fixed abode."""

PARIS: dict[str, Any] = {"country_code": 5130, "lines": ["12 rue Inventée", "75000 Paris"]}

NAME: dict[str, Any] = {"addressing": "Prøve Prøvesen"}
OTHER_NAME: dict[str, Any] = {"addressing": "Ny Navnesen"}

IMPORTED: dict[str, Any] = {
    "name": "Indlæst Navn",
    "birth_date": "1980-01-01",
    "address_kind": "as imported",
    "street": "Gamlevej 1, 9000 Aalborg",
    "postal_code": "9000",
    "postal_district": "Aalborg",
    "municipality_code": "0851",
}
"""Columns of a patron as an extract leaves them."""


def without(facts: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The facts but these."""
    return {key: value for key, value in facts.items() if key not in keys}
