"""Claiming and looking up ahead of the batch that is applied: the limit, a registry that is down, asking in vain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cpr_client import CprNumber, RegistryClient, RegistryDown, open_client
from db.refresh.claims import Claims, Scope
from db.runs import store
from db.session import Session
from flows.steps.look_ups import LookedUp, looked_up_batches
from tests.fixtures.library import DAY, Library

SIZE = 120


def _number(place: int) -> str:
    return f"010160{place:04}"


@pytest.fixture
def town(library: Library) -> Library:
    """120 patrons whom nobody has asked about."""
    for place in range(SIZE):
        library.enrol(f"L{place:03}", _number(place))
        library.person(_number(place), 1, name={"addressing": "Prøve"}, residence={"municipality_code": 851})
    return library


@contextmanager
def _client(town: Library, **how: Any) -> Iterator[RegistryClient]:
    config = dataclasses.replace(town.settings.registry_config(), **{"concurrency": 2, "deadline": 1.0, **how})
    with open_client(config) as client:
        yield client


@contextmanager
def _claims(town: Library) -> Iterator[Claims]:
    with Session(town.database_url, "a test") as session:
        run = store.open_run(session.connection, flow="test", today=DAY, dry_run=False, parameters={})
        claims = Claims(session, run, Scope("due", DAY))
        yield claims


def into(in_vain: list[LookedUp]) -> Any:
    """Notes what was looked up in vain; nothing else was sent."""

    def unapplied(batch: list[LookedUp], *, all_of_them: bool = True) -> None:
        assert all_of_them
        in_vain.extend(batch)

    return unapplied


def _batches(
    town: Library,
    client: RegistryClient,
    claims: Claims,
    until: Callable[[list[LookedUp]], bool] = lambda _: False,
    limit: int | None = None,
) -> tuple[list[list[LookedUp]], list[LookedUp]]:
    """The batches handed over until one is enough, and what was looked up besides."""
    taken: list[list[LookedUp]] = []
    in_vain: list[LookedUp] = []
    with looked_up_batches(
        client, claims, batch_size=25, limit=limit, sweep_again=False, unapplied=into(in_vain)
    ) as batches:
        for batch in batches:
            taken.append(batch)
            if until(batch):
                break
    return taken, in_vain


def test_everybody_is_handed_over_once_in_batches_of_the_size(town: Library) -> None:
    with _client(town) as client, _claims(town) as claims:
        taken, in_vain = _batches(town, client, claims)
    assert [len(batch) for batch in taken] == [25, 25, 25, 25, 20]
    numbers = [one.patron_number for batch in taken for one in batch]
    assert sorted(numbers) == [f"L{place:03}" for place in range(SIZE)]
    assert in_vain == []


@pytest.mark.parametrize("limit", [1, 25, 60])
def test_no_more_are_asked_about_than_the_limit(town: Library, limit: int) -> None:
    with _client(town) as client, _claims(town) as claims:
        taken, _ = _batches(town, client, claims, limit=limit)
    assert sum(map(len, taken)) == limit == town.asked()
    assert town.rows("SELECT count(*) FROM sync.claim") == [(limit,)]


def test_who_stops_early_is_told_of_every_look_up_that_was_made_in_vain(town: Library) -> None:
    with _client(town) as client, _claims(town) as claims:
        taken, in_vain = _batches(town, client, claims, until=lambda _: True)
    assert len(taken) == 1
    asked = {number.digits for number in town.registry.asked}
    assert {one.chain[0].digits for one in [*taken[0], *in_vain]} == asked
    assert len(taken[0]) + len(in_vain) == town.asked() < SIZE
    assert all(one.accesses for one in in_vain)


def test_an_error_of_the_one_who_applies_comes_through_and_ends_the_asking(town: Library) -> None:
    in_vain: list[LookedUp] = []
    with (
        _client(town) as client,
        _claims(town) as claims,
        pytest.raises(ZeroDivisionError),
        looked_up_batches(
            client, claims, batch_size=25, limit=None, sweep_again=False, unapplied=into(in_vain)
        ) as batches,
    ):
        next(batches)
        raise ZeroDivisionError
    assert town.asked() == 25 + len(in_vain)


def test_a_registry_that_refuses_ends_the_asking_soon(town: Library) -> None:
    town.registry.fail("fault", code="NotAuthorized", text="no agreement")
    with _client(town) as client, _claims(town) as claims, pytest.raises(RegistryDown) as down:
        _batches(town, client, claims)
    assert down.value.last.code == "refused"
    assert 20 <= town.asked() <= 22


def test_a_registry_that_does_not_answer_ends_the_asking_after_a_while(town: Library) -> None:
    town.registry.fail("break off")
    with _client(town, breaker_seconds=0.01) as client, _claims(town) as claims, pytest.raises(RegistryDown) as down:
        _batches(town, client, claims)
    assert down.value.last.code == "unavailable"
    assert 0 < len(town.registry.asked) < SIZE


def test_one_good_answer_in_five_is_enough_to_go_on(town: Library) -> None:
    refused = [_number(place) for place in range(SIZE) if place % 5]
    town.registry.fail("fault", numbers=refused, code="NotAuthorized", text="no agreement")
    with _client(town, concurrency=1) as client, _claims(town) as claims:
        taken, _ = _batches(town, client, claims)
    looked_up = [one for batch in taken for one in batch]
    assert len(looked_up) == SIZE
    assert sum(one.error is not None for one in looked_up) == len(refused)
    assert all((one.answer is None) == (one.error is not None) for one in looked_up)


def test_what_nobody_knows_is_an_answer_and_no_failure(town: Library) -> None:
    for place in range(SIZE):
        town.registry.forget(CprNumber(_number(place)))
    with _client(town) as client, _claims(town) as claims:
        taken, _ = _batches(town, client, claims)
    assert sum(map(len, taken)) == SIZE
    assert all(one.error is None and one.answer is not None for batch in taken for one in batch)


def test_what_came_before_the_registry_went_down_is_handed_over_first(town: Library) -> None:
    town.registry.fail(
        "fault", numbers=[_number(place) for place in range(60, SIZE)], code="NotAuthorized", text="no agreement"
    )
    taken: list[LookedUp] = []
    with (
        _client(town, concurrency=1) as client,
        _claims(town) as claims,
        pytest.raises(RegistryDown),
        looked_up_batches(client, claims, batch_size=25, limit=None, sweep_again=False, unapplied=into([])) as batches,
    ):
        for batch in batches:
            taken += batch
    assert [one.patron_number for one in taken if one.error is None] == [f"L{place:03}" for place in range(60)]
