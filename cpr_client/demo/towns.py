"""Where made-up people live: a few municipalities with their postal districts, roads made up.

Codes and postal districts are real, so that a library's rules on them can be tried; the roads are
drawn from Faker and lie where no such road may be.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from cpr_client.demo.facts import ResidenceFacts


class Municipality(NamedTuple):
    """A municipality: its number, its name and its postal districts (code, name, towns)."""

    code: int
    name: str
    districts: tuple[tuple[str, str, tuple[str, ...]], ...]


HOME = 851
"""The municipality whose library the demo is about."""

MUNICIPALITIES: dict[int, Municipality] = {
    code: Municipality(code, name, districts)
    for code, name, districts in (
        (
            851,
            "Aalborg",
            (
                ("9000", "Aalborg", ()),
                ("9200", "Aalborg SV", ("Frejlev",)),
                ("9210", "Aalborg SØ", ()),
                ("9220", "Aalborg Øst", ()),
                ("9400", "Nørresundby", ("Vadum",)),
                ("9310", "Vodskov", ("Langholt", "Grindsted")),
                ("9230", "Svenstrup J", ("Godthåb",)),
                ("9240", "Nibe", ("Bislev", "Sebbersund")),
                ("9260", "Gistrup", ("Fjellerad",)),
                ("9270", "Klarup", ("Romdrup",)),
                ("9280", "Storvorde", ("Gudumholm",)),
                ("9370", "Hals", ("Hou",)),
            ),
        ),
        (840, "Rebild", (("9530", "Støvring", ()), ("9520", "Skørping", ("Gl Skørping",)))),
        (849, "Jammerbugt", (("9440", "Aabybro", ("Birkelse",)), ("9460", "Brovst", ()))),
        (810, "Brønderslev", (("9700", "Brønderslev", ("Hallund",)),)),
        (820, "Vesthimmerlands", (("9600", "Aars", ("Hornum",)),)),
        (846, "Mariagerfjord", (("9500", "Hobro", ()),)),
        (751, "Aarhus", (("8000", "Aarhus C", ()), ("8200", "Aarhus N", ()))),
        (461, "Odense", (("5000", "Odense C", ()),)),
        (101, "København", (("2100", "København Ø", ()), ("2200", "København N", ()))),
        (956, "Sermersooq", (("3900", "Nuuk", ()),)),
        (957, "Qeqqata", (("3911", "Sisimiut", ()),)),
    )
}
"""By number; 956 and 957 lie in Greenland."""

NEIGHBOURS = (840, 849, 810, 820, 846)
ELSEWHERE = (751, 461, 101)
GREENLAND = (956, 957)

SPECIAL_ROADS = {9901: "Rådhuset", 9940: "Uden fast bopæl", 9947: "Anvist midlertidig bolig", 9955: "Kommunens kontor"}
"""Special road codes: no place to post to."""

_DOORS = ("th", "tv", "mf")


def standard_address(road: str, house_number: str, floor: str | None, door: str | None) -> str:
    """The street line as the registry has written it since 2023: `Strandvejen 12A, st. tv`."""
    line = f"{road} {house_number.lstrip('0')}"
    parts = [f"{floor.lstrip('0')}." if floor else "", (door.lstrip("0") if door else "")]
    tail = " ".join(part for part in parts if part)
    return f"{line}, {tail}" if tail else line


class Addresses:
    """Makes residences up, from roads that are the same every time for one seed."""

    def __init__(self, source: random.Random, roads: tuple[str, ...]) -> None:
        self._source = source
        self._roads: dict[int, list[tuple[int, str]]] = {}
        for code in MUNICIPALITIES:
            names = source.sample(roads, k=min(60, len(roads)))
            self._roads[code] = [(20 + 37 * n, name) for n, name in enumerate(names)]

    def residence(self, municipality_code: int) -> ResidenceFacts:
        """A new residence in that municipality: house or flat, with or without a town."""
        source = self._source
        postal_code, district, towns = source.choice(MUNICIPALITIES[municipality_code].districts)
        road_code, road = source.choice(self._roads[municipality_code])
        house_number = f"{source.randint(1, 140):03}{source.choice(('', '', '', 'A', 'B', 'C'))}"
        floor = door = None
        if source.random() < 0.5:
            floor = source.choice(("st", "01", "02", "03", "04"))
            door = source.choice(_DOORS) if source.random() < 0.85 else f"{source.randint(1, 12):04}"
        return ResidenceFacts.model_construct(
            municipality_code=municipality_code,
            road_code=road_code,
            house_number=house_number,
            floor=floor,
            door=door,
            town=source.choice(towns) if towns and source.random() < 0.5 else None,
            postal_code=postal_code,
            postal_district=district,
            road_name=road,
            road_addressing_name=road[:20],
            standard_address=standard_address(road, house_number, floor, door),
            address_uuid=_uuid(source) if source.random() < 0.9 else None,
        )

    def special(self, municipality_code: int, road_code: int) -> ResidenceFacts:
        """A residence on a special road code: municipality yes, a place to post to no."""
        road = SPECIAL_ROADS[road_code]
        postal_code, district, _ = MUNICIPALITIES[municipality_code].districts[0]
        return ResidenceFacts.model_construct(
            municipality_code=municipality_code,
            road_code=road_code,
            postal_code=postal_code,
            postal_district=district,
            road_name=road,
            road_addressing_name=road[:20],
            standard_address=road,
        )


def _uuid(source: random.Random) -> str:
    digits = f"{source.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
