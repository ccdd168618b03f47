"""Links and cases decided set by set are what mappers says child by child, and deciding twice does it once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from cpr_client.cpr_number import CprNumber
from db.connect import Connection
from db.guardians import links, people
from mappers import cases
from mappers.coming_of_age import comes_of_age
from mappers.custody import KINDS, UNKNOWN_HOLDER, CustodyEntry, holders_on, in_order
from mappers.guardianship import Child, Guardian, Standing, confirmation, end_of, standing, wanted_cases
from mappers.quarantine import NOT_FOUND
from tests.fixtures.examples import examples

TODAY = date(2026, 3, 2)
TERMS = links.Terms(1, TODAY, ["Barn"], "Voksen")
NUMBERS = {1: "0101805556", 2: "0202815557", 3: "0303825559"}
FORMER = "0404835558"
"""A number by which custody may still name guardian 1."""
GUARDIAN_OF = {**{number: place for place, number in NUMBERS.items()}, FORMER: 1}

few = settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))

days = st.sampled_from([TODAY + timedelta(days=offset) for offset in (-40, -1, 0, 1, 40)])
maybe_days = st.none() | days
born = st.sampled_from(
    [
        *(date(2016, 1, 1), date(2017, 2, 2), date(2018, 3, 3), None),
        *(date(2008, 3, 1), date(2008, 3, 2), date(2008, 3, 3), date(2008, 2, 29), date(1990, 1, 1)),
    ]
)


@dataclass
class Link:
    """A row of library.guardian_link."""

    guardian: int | None
    source: str
    kind: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    confirmed: bool | None = None
    ended: bool = False

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells links of one child apart."""
        return self.guardian, self.source, self.kind, self.valid_from


@dataclass
class Known:
    """A child with all that is decided from."""

    child: Child
    spoken: bool
    entries: tuple[CustodyEntry, ...]
    links: list[Link]
    held: dict[tuple[str, int | None], bool] = field(default_factory=dict)
    """Cases whose cause was there: kind and guardian -> whether staff have closed it."""


@st.composite
def custody(draw: st.DrawFn) -> CustodyEntry:
    kind = draw(st.sampled_from(KINDS))
    number = None if kind == UNKNOWN_HOLDER else CprNumber(draw(st.sampled_from([*NUMBERS.values(), FORMER])))
    return CustodyEntry(kind, number, draw(maybe_days), draw(maybe_days))


@st.composite
def links_of(draw: st.DrawFn) -> list[Link]:
    found: dict[tuple[Any, ...], Link] = {}
    standing_by: set[tuple[Any, ...]] = set()
    for _ in range(draw(st.sampled_from([0, 2, 4, 6]))):
        source = draw(st.sampled_from(["registry", "enrolled"]))
        kind = draw(st.sampled_from(KINDS)) if source == "registry" else None
        guardian = None if kind == UNKNOWN_HOLDER else draw(st.sampled_from(list(NUMBERS)))
        ended = draw(st.sampled_from([False, False, True]))
        valid_to = draw(days if ended else maybe_days)
        confirmed = draw(st.none() | st.booleans()) if source == "enrolled" else None
        link = Link(guardian, source, kind, draw(maybe_days), valid_to, confirmed, ended)
        if link.key in found or (not ended and link.key[:3] in standing_by):
            continue
        found[link.key] = link
        if not ended:
            standing_by.add(link.key[:3])
    return list(found.values())


@st.composite
def known_children(draw: st.DrawFn) -> Known:
    uncertain = draw(st.none() | st.booleans())
    child = Child(
        birth_date=draw(born),
        birth_date_uncertain=uncertain,
        registry_status=draw(st.sampled_from([None, 1, 1, 1, 80, 90])),
        registry_status_date=draw(maybe_days),
        gone_on=draw(st.sampled_from([None, None, None, TODAY])),
    )
    spoken = draw(st.booleans())
    entries = draw(st.lists(custody(), max_size=3, unique_by=lambda e: e[:3])) if spoken else []
    about = [(kind, None) for kind in cases.ABOUT_GUARDIANS if not kind.startswith("guardian")]
    about += [(kind, guardian) for kind in cases.ABOUT_GUARDIANS if kind.startswith("guardian") for guardian in NUMBERS]
    held = draw(st.dictionaries(st.sampled_from(about), st.booleans(), max_size=8))
    settled = TODAY if held.get((cases.UNCERTAIN_BIRTH_DATE, None)) else None
    return Known(child._replace(settled_on=settled), spoken, in_order(entries), draw(links_of()), held)


guardians = st.fixed_dictionaries(
    {
        place: st.builds(
            Guardian,
            st.just(place),
            st.sampled_from([None, 1, 70, 90]),
            st.sampled_from([None, date(1980, 1, 1), date(2009, 1, 1)]),
            st.sampled_from([None, NOT_FOUND, "malformed"]),
        )
        for place in NUMBERS
    }
)


def wanted_links(known: Known, stands: Standing) -> dict[tuple[int | None, str], tuple[date | None, date | None]]:
    """Guardian and kind of who holds custody today -> from when to when."""
    wanted: dict[tuple[int | None, str], tuple[date | None, date | None]] = {}
    if stands.state == "minor" and known.spoken:
        for holder in holders_on(known.entries, TODAY):
            guardian = GUARDIAN_OF[holder.holder.digits] if holder.holder else None
            before = wanted.get((guardian, holder.kind))
            start, end = holder.valid_from, holder.valid_to
            if before is not None:  # by a number and by a former one of theirs
                start = None if before[0] is None or start is None else min(before[0], start)
                end = None if before[1] is None or end is None else max(before[1], end)
            wanted[guardian, holder.kind] = (start, end)
    return wanted


def expected_links(known: Known, stands: Standing) -> list[Link]:
    """The links afterwards, by the rules of mappers."""
    wanted = wanted_links(known, stands)
    after = [Link(**vars(link)) for link in known.links]
    for link in after:
        if link.ended:
            continue
        if stands.state in ("adult", "dead"):
            over = True
        elif stands.state != "minor":
            over = False
        elif link.source == "enrolled":
            over = link.valid_to is not None and link.valid_to <= TODAY
        else:
            passed = link.valid_to is not None and link.valid_to <= TODAY
            ahead = link.valid_from is not None and link.valid_from > TODAY
            over = (known.spoken or passed) and not ahead and (link.guardian, link.kind) not in wanted
        if over:
            told = [
                e.valid_to
                for e in known.entries
                if e.kind == link.kind
                and (GUARDIAN_OF[e.holder.digits] if e.holder else None) == link.guardian
                and e.valid_to is not None
                and e.valid_to <= TODAY
                and (link.valid_from is None or link.valid_from < e.valid_to)
                and link.source == "registry"
            ]
            link.valid_to = end_of(stands, link.valid_to, max(told, default=None), TODAY)
            link.ended = True
    for (guardian, kind), (start, end) in wanted.items():
        mine = [link for link in after if (link.guardian, link.source, link.kind) == (guardian, "registry", kind)]
        stood = next((link for link in mine if not link.ended), None)
        same_start = next((link for link in mine if link.valid_from == start), None)
        if stood is not None:
            stood.valid_to = end
            stood.valid_from = start if same_start in (None, stood) else stood.valid_from
        elif same_start is not None:
            same_start.valid_to, same_start.ended = end, False
        else:
            after.append(Link(guardian, "registry", kind, start, end))
    for link in after:
        if link.source == "enrolled" and not link.ended and stands.state == "minor" and known.spoken:
            link.confirmed, link.kind = confirmation(kind for guardian, kind in wanted if guardian == link.guardian)
    return after


def expected_cases(
    known: Known, stands: Standing, after: list[Link], about: dict[int, Guardian]
) -> dict[tuple[str, int | None], bool]:
    """Cases whose cause is there afterwards -> whether staff have closed it."""
    if stands.state == "uncertain":
        return {(cases.UNCERTAIN_BIRTH_DATE, None): False, **known.held}
    standing_links = [link for link in after if not link.ended]
    holders = [kind for _, kind in wanted_links(known, stands)]
    wanted = wanted_cases(
        stands,
        spoken=known.spoken,
        holders=holders,
        not_confirmed={
            link.guardian
            for link in standing_links
            if link.source == "enrolled" and link.confirmed is False and link.guardian
        },
        guardians=[
            about[place]._replace(not_found_before=(cases.GUARDIAN_NOT_FOUND, place) in known.held)
            for place in {link.guardian for link in standing_links if link.guardian}
        ],
        today=TODAY,
    )
    after_all = {case: known.held.get(case, False) for case in wanted}
    if stands.state == "adult" and known.held.get((cases.UNCERTAIN_BIRTH_DATE, None)):
        after_all[cases.UNCERTAIN_BIRTH_DATE, None] = True  # what staff said holds on
    return after_all


@pytest.fixture
def prepared(connection: Connection) -> Iterator[Connection]:
    """A connection with the guardians of these tests, and room for the work."""
    for place, number in NUMBERS.items():
        connection.execute(
            "INSERT INTO library.guardian (guardian_id, cpr_number) OVERRIDING SYSTEM VALUE VALUES (%s, %s)",
            [place, number],
        )
    connection.execute("INSERT INTO library.former_guardian_number VALUES (%s, 1)", [FORMER])
    connection.execute("INSERT INTO library.patron_group VALUES ('Barn')")
    people.create_staging(connection)
    return connection


def put(connection: Connection, number: str, known: Known) -> None:
    child = known.child
    connection.execute(
        "INSERT INTO library.patron (patron_number, birth_date, birth_date_uncertain, registry_status, "
        "registry_status_date, gone_on, patron_group) VALUES (%s, %s, %s, %s, %s, %s, 'Barn')",
        [number, *child[:5]],
    )
    if known.spoken:
        connection.execute("UPDATE sync.patron_check SET custody_on = %s WHERE patron_number = %s", [TODAY, number])
    for e in known.entries:
        connection.execute(
            "INSERT INTO library.custody VALUES (%s, %s, %s, %s, %s)",
            [number, e.kind, e.holder.digits if e.holder else None, e.valid_from, e.valid_to],
        )
    for link in known.links:
        connection.execute(
            "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind, valid_from, valid_to, "
            "confirmed, ended, signed_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [number, *vars(link).values(), TODAY if link.source == "enrolled" else None],
        )
    for (kind, guardian), by_staff in known.held.items():
        connection.execute(
            "INSERT INTO library.staff_case (patron_number, kind, since, closed_on, detail) VALUES (%s,%s,%s,%s,%s)",
            [
                *(number, kind, TODAY - timedelta(days=9), TODAY if by_staff else None),
                Jsonb({} if guardian is None else {"guardian": guardian}),
            ],
        )


def stored_links(connection: Connection, number: str) -> list[Link]:
    rows = connection.execute(
        "SELECT guardian_id, source, kind, valid_from, valid_to, confirmed, ended FROM library.guardian_link "
        "WHERE patron_number = %s",
        [number],
    )
    return [Link(*row) for row in rows]


def stored_cases(connection: Connection, number: str) -> dict[tuple[str, int | None], bool]:
    rows = connection.execute(
        "SELECT kind, (detail ->> 'guardian')::bigint, closed_on IS NOT NULL FROM library.staff_case "
        "WHERE patron_number = %s AND resolved_on IS NULL",
        [number],
    )
    return {(kind, guardian): closed for kind, guardian, closed in rows}


def ordered(found: list[Link]) -> list[str]:
    return sorted(map(repr, found))


@few
@given(children=st.lists(known_children(), min_size=6, max_size=12), about=guardians)
def test_a_batch_is_decided_as_mappers_says_and_twice_is_once(
    prepared: Connection, children: list[Known], about: dict[int, Guardian]
) -> None:
    with prepared.transaction(force_rollback=True):
        for place, guardian in about.items():
            prepared.execute(
                "UPDATE library.guardian SET registry_status = %s, birth_date = %s WHERE guardian_id = %s",
                [guardian.registry_status, guardian.birth_date, place],
            )
            if guardian.reason:
                prepared.execute(
                    "UPDATE sync.guardian_check SET reason = %s, since = %s, tries = 1 WHERE guardian_id = %s",
                    [guardian.reason, TODAY, place],
                )
        by_number = {str(place): known for place, known in enumerate(children, 1)}
        for number, known in by_number.items():
            put(prepared, number, known)
        changed = links.decide_links(prepared, sorted(by_number), TERMS)
        opened = ended = linked = 0
        for number, known in by_number.items():
            stands = standing(known.child, TODAY)
            after = expected_links(known, stands)
            assert ordered(stored_links(prepared, number)) == ordered(after)
            wanted = expected_cases(known, stands, after, about)
            assert stored_cases(prepared, number) == wanted
            opened += len(wanted.keys() - known.held.keys())
            ended += sum(not b.ended and a.ended for a, b in zip(after, known.links, strict=False))
            linked += sum(
                not a.ended and a.source == "registry" and (place >= len(known.links) or known.links[place].ended)
                for place, a in enumerate(after)
            )
            group = prepared.execute("SELECT patron_group FROM library.patron WHERE patron_number = %s", [number])
            assert group.fetchone() == ("Voksen" if stands.state == "adult" else "Barn",)
        assert (changed.opened, changed.ended, changed.linked) == (opened, ended, linked)
        links.empty_work(prepared)
        assert links.decide_links(prepared, sorted(by_number), TERMS).children == {}


@settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(day=st.dates(date(1900, 1, 1), date(2030, 12, 31)) | st.just(date(2008, 2, 29)))
def test_who_is_of_age_is_who_mappers_says(connection: Connection, day: date) -> None:
    row = connection.execute("SELECT library.comes_of_age(%s)", [day]).fetchone()
    assert row == (comes_of_age(day),)
