"""The registry lies, to one or to everybody: nothing of it is taken, and memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cpr_client.demo.answers import answer
from db.embedded import EmbeddedServer
from mappers.plausibility import FROM_ANSWERS
from tests.acceptance.made_up import HOME, NAME, TOMORROW, YESTERDAY
from tests.cpr_client.servers import head, read_request, serving
from tests.fixtures.library import DAY, Library, one_more_database, open_library
from tests.fixtures.proofs import Proof
from tests.proofs.lies import LIES, MEGABYTES, STRANGER, Lie
from tests.proofs.one_refresh import Apart

CROWD = 240
"""So many that a brake speaks."""


def _number(place: int) -> str:
    return f"010160{place:04}"


def _patron(place: int) -> str:
    return f"L{place:03}"


def _settle(library: Library, size: int) -> None:
    """So many patrons of whom the registry has spoken, and spoken the truth."""
    for place in range(size):
        library.enrol(_patron(place), _number(place))
        library.person(_number(place), 1, name=NAME, residence=HOME)
    assert library.refresh(YESTERDAY)["outcomes"] == {"first answer": size}


def _rows(library: Library) -> list[tuple[Any, ...]]:
    """All that the library has, with the version of each row."""
    return library.rows("SELECT xmin::text, to_jsonb(patron) FROM library.patron ORDER BY patron_number")


def _quarantined(library: Library) -> dict[str, tuple[str, str]]:
    rows = library.rows("SELECT patron_number, reason, detail FROM sync.quarantine WHERE closed_on IS NULL")
    return {number: (reason, detail) for number, reason, detail in rows}


# To one ---------------------------------------------------------------------------------------------------------------


def test_each_lie_ends_in_quarantine_with_a_detail_of_its_own_and_the_patron_keeps_what_they_had(
    library: Library,
) -> None:
    _settle(library, len(LIES) + 1)
    before, events = _rows(library), library.events()
    for place, lie in enumerate(LIES):
        lie.tell(library, _number(place))
    report = library.refresh(DAY, registry_deadline=20.0)
    expected = {_patron(place): (lie.reason, lie.detail) for place, lie in enumerate(LIES)}
    assert _quarantined(library) == expected
    assert len(set(expected.values())) == len(LIES)
    assert report["state"] == "done"
    assert report["outcomes"] == {"malformed": len(LIES) - 1, "mismatched": 1, "unchanged": 1}
    assert (_rows(library), library.events()) == (before, events)
    assert library.asked_about(STRANGER) == 0


def test_who_was_lied_about_is_asked_about_the_next_day_and_the_truth_ends_it(library: Library) -> None:
    _settle(library, 20)
    for place in range(20):
        LIES[place].tell(library, _number(place))
    library.refresh(DAY)
    library.registry.behave()
    for place in range(20):
        library.person(_number(place), 1, name=NAME, residence=HOME)
    assert library.refresh(TOMORROW)["outcomes"] == {"unchanged": 20}
    assert _quarantined(library) == {}


def test_a_circle_of_successors_is_asked_round_once(library: Library) -> None:
    _settle(library, 3)
    ring = ["0202600001", "0202600002", "0202600003"]
    library.person(_number(0), 60, successor=ring[0])
    for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
        library.person(here, 60, successor=there)
    library.person(_number(1), 60, successor=_number(1))
    before = _rows(library)
    library.refresh(DAY)
    circle = ("successor circle", "gaeldendePersonnummer comes back to an earlier number")
    assert _quarantined(library) == {_patron(0): circle, _patron(1): circle}
    assert [library.asked_about(number) for number in ring] == [1, 1, 1]
    assert _rows(library) == before


@pytest.mark.parametrize("written", ["851", "0851", "00851", "+851", " 851 "])
def test_a_municipality_is_the_same_with_leading_zeros_and_without(library: Library, written: str) -> None:
    _settle(library, 1)
    before = _rows(library)
    library.person(_number(0), 1, name=NAME, residence=HOME, raw={"adresse/aktuelAdresse/kommunekode": written})
    assert library.refresh(DAY)["outcomes"] == {"unchanged": 1}
    assert _rows(library) == before
    assert library.patron(_patron(0))["municipality_code"] == "0851"


def test_odd_answers_that_can_be_read_are_read(library: Library) -> None:
    _settle(library, 6)
    long_name = "Anna Bodil Cecilie Dagny " * 20
    assert len(long_name) == 500
    names = {
        0: long_name,
        1: "Å" * 500,
        2: "Prøve\tvon\x7f\x85\u2028Prøvesen\r\n",
        3: "N" * 400_000,
        4: "Robert'); DROP TABLE library.patron;-- \\N \\. %s {0} \"",
        5: "<![CDATA[<navn>]]> & \U0001f600",
    }
    for place, name in names.items():
        library.person(_number(place), 1, name={"addressing": name}, residence=HOME)
    assert library.refresh(DAY)["outcomes"] == {"changed": 6}
    shown = {place: library.patron(_patron(place))["name"] for place in names}
    assert shown == {**names, 0: long_name.strip(), 2: "Prøve von Prøvesen"}


# To everybody ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Library]:
    """A crowd of whom the registry has spoken; the tests look at it by dry runs alone."""
    with one_more_database(postgres_server, migrated_template) as url, open_library(url) as library:
        _settle(library, CROWD)
        yield library


SMALL = [lie for lie in LIES if lie.name != "50 megabytes"]


def test_the_same_lie_told_to_everybody_pulls_the_brake(crowd: Library, proof: Proof) -> None:
    numbers = [_number(place) for place in range(CROWD)]
    told = proof.random.sample(SMALL, proof.size(small=6, full=len(SMALL)))
    for lie in told:
        lie.tell(crowd, *numbers)
        report = crowd.refresh(DAY, "all", dry_run=True, batch_size=CROWD)
        crowd.registry.behave()
        assert (report["state"], report["message"]) == ("incomplete", "malformed_or_mismatched_percent"), lie.name
        assert (report["patrons"]["checked"], report["patrons"]["left"]) == (0, CROWD), lie.name
    proof.tell(f"{len(told)} lies, each told to {CROWD} patrons: all held")


def test_nobody_is_quarantined_by_a_lie_to_everybody_beyond_what_was_applied_before(library: Library) -> None:
    _settle(library, CROWD)
    before = _rows(library)
    _lie("HTML").tell(library, *(_number(place) for place in range(CROWD)))
    report = library.refresh(DAY, batch_size=100)
    assert (report["state"], report["message"]) == ("waiting", "malformed_or_mismatched_percent")
    assert (report["patrons"]["quarantined"], report["patrons"]["left"]) == (100, CROWD - 100)
    assert len(_quarantined(library)) == 100
    assert _rows(library) == before


def test_people_whom_the_registry_denies_all_at_once_pull_the_brake(library: Library) -> None:
    _settle(library, CROWD)
    library.registry.fail("not found")
    report = library.refresh(DAY, batch_size=CROWD)
    assert (report["state"], report["message"], _quarantined(library)) == ("waiting", "not_found_percent", {})


def test_one_good_answer_for_everybody_is_mismatched_for_all_but_one(library: Library) -> None:
    """A cache in between that answers everything with the first answer it has seen."""
    _settle(library, CROWD)
    before = _rows(library)
    person = library.registry.registry.find(_number(7))
    assert person is not None
    library.registry.fail("body", body=answer(person, "5", DAY))
    report = library.refresh(DAY, "patrons", *map(_patron, range(CROWD)), batch_size=CROWD)
    assert (report["state"], report["message"]) == ("waiting", "malformed_or_mismatched_percent")
    assert _rows(library) == before


def _lie(name: str) -> Lie:
    return next(lie for lie in LIES if lie.name == name)


# Memory ---------------------------------------------------------------------------------------------------------------


WIDE = b"<a/>" * 240_000


@pytest.mark.parametrize("flood", ["told", "untold", "compressed", "wide", "deep", "bomb"])
def test_floods_to_everybody_at_once_leave_memory_bounded(library: Library, proof: Proof, flood: str) -> None:
    size = proof.size(small=40, full=CROWD)
    _settle(library, size)
    library.person(STRANGER, 1, name=NAME, residence=HOME)
    person = library.registry.registry.find(STRANGER)
    assert person is not None
    honest = answer(person, "5", DAY)
    bodies = {
        "wide": honest.replace(b"</PersonLookupResponse>", WIDE + b"</PersonLookupResponse>"),
        "deep": b"<a>" * 330_000,
        "bomb": _lie("entity bomb").body(honest),  # type: ignore[misc]
    }
    piece = b" " * MEGABYTES

    def floods(connection: Any) -> None:
        while True:
            read_request(connection)
            if flood in bodies:
                connection.sendall(head(len(bodies[flood])) + bodies[flood])
                continue
            extra = ["Content-Encoding: gzip"] if flood == "compressed" else []
            extra += [] if flood == "told" else ["Connection: close"]
            connection.sendall(head(50 * MEGABYTES if flood == "told" else None, *extra))
            for _ in range(50):
                connection.sendall(piece)
            return

    with serving(floods) as port:
        settings = library.settings.model_copy(
            update={
                "registry_url": f"http://127.0.0.1:{port}/",
                "registry_concurrency": 32,
                "registry_deadline": 30.0,
            }
        )
        with Apart(settings, DAY) as run:
            run.began()
            report, grown = run.report(), run.grown()
    assert report is not None
    assert report["patrons"]["failed"] == 0
    assert report["state"] == ("done" if size < FROM_ANSWERS else "waiting")
    assert set(report["outcomes"]) == {"mismatched" if flood == "wide" else "malformed"}
    proof.tell(f"{flood}: {size} answers, {grown:.0f} MB more at the highest")
    assert grown < (300 if flood == "wide" else 150)  # 32 answers of a megabyte each, while they are read; one tree
