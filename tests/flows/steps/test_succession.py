"""Following numbers to the one in force, a whole batch a step at a time (docs/reference/rules.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from cpr_client import CprNumber, Person, RegistryClient, RegistryConfig, open_client
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from flows.steps.look_ups import LookedUp
from flows.steps.succession import follow_successors
from mappers.record import Quarantine
from tests.fixtures.library import DAY


@pytest.fixture(scope="module")
def registry() -> Iterator[DemoRegistry]:
    with DemoRegistry(Registry(DAY)) as registry:
        yield registry


@pytest.fixture(scope="module")
def client(registry: DemoRegistry) -> Iterator[RegistryClient]:
    with open_client(RegistryConfig(url=registry.url, concurrency=2, deadline=0.5)) as client:
        yield client


@pytest.fixture(autouse=True)
def _afresh(registry: DemoRegistry) -> None:
    registry.behave()
    registry.forget_asked()
    for person in list(registry.registry):
        registry.forget(person.cpr_number)


def _somebody(registry: DemoRegistry, number: str) -> None:
    registry.set_person({"cpr_number": number, "name": {"addressing": "Prøve"}, "residence": {"road_code": 1}})


def _chain(registry: DemoRegistry, *numbers: str) -> None:
    """Each number is succeeded by the next; the last is somebody."""
    for number, successor in pairwise(numbers):
        registry.set_person({"cpr_number": number, "status": 60, "successor": successor})
    _somebody(registry, numbers[-1])


def _batch(client: RegistryClient, **patrons: str) -> list[LookedUp]:
    answers = client.lookup_many((name, CprNumber(number)) for name, number in patrons.items())
    looked_up = {one.patron_number: one for one in map(LookedUp.from_answer, answers)}
    return [looked_up[name] for name in patrons]


def _nobody(batch: list[LookedUp], *, all_of_them: bool = True) -> None:
    raise AssertionError("nothing broke off")


def _holders(**patrons: str) -> Any:
    held = {CprNumber(number): name for name, number in patrons.items()}
    return lambda numbers: {number: held[number] for number in numbers if number in held}


def _ends(followed: Iterable[LookedUp]) -> dict[str, Any]:
    return {
        one.patron_number: one.answer.cpr_number.digits if isinstance(one.answer, Person) else one.answer
        for one in followed
    }


A, B, C = "0101600001", "0101600002", "0101600003"


def test_chains_of_any_length_are_followed_side_by_side_and_the_batch_keeps_its_order(
    registry: DemoRegistry, client: RegistryClient
) -> None:
    _chain(registry, A, "0202600001")
    _chain(registry, B, "0202600002", "0303600002", "0404600002")
    _somebody(registry, C)
    holders = _holders(a=A, b=B, c=C)
    followed = follow_successors(_batch(client, c=C, b=B, a=A), client, holders, _nobody)
    assert [one.patron_number for one in followed] == ["c", "b", "a"]
    assert _ends(followed) == {"a": "0202600001", "b": "0404600002", "c": C}
    assert {one.patron_number: len(one.chain) for one in followed} == {"a": 2, "b": 4, "c": 1}


def test_each_look_up_on_the_way_is_kept_for_the_access_log(registry: DemoRegistry, client: RegistryClient) -> None:
    _chain(registry, B, "0202600002", "0303600002")
    [followed] = follow_successors(_batch(client, b=B), client, _holders(b=B), _nobody)
    assert [(access.patron_number, access.outcome) for access in followed.accesses] == [("b", "answered")] * 3
    assert followed.answered_at == followed.accesses[-1].asked_at
    assert sum(registry.asked.values()) == 3


def test_of_three_in_one_batch_who_lead_to_one_number_the_first_is_followed(
    registry: DemoRegistry, client: RegistryClient
) -> None:
    for number in (A, B, C):
        _chain(registry, number, "0202600009")
    followed = follow_successors(_batch(client, a=A, b=B, c=C), client, _holders(a=A, b=B, c=C), _nobody)
    duplicate = Quarantine("duplicate patron", other_patron="a")
    assert _ends(followed) == {"a": "0202600009", "b": duplicate, "c": duplicate}
    assert registry.asked[CprNumber("0202600009")] == 1


def test_two_who_meet_further_on_are_told_apart_there(registry: DemoRegistry, client: RegistryClient) -> None:
    _chain(registry, A, "0202600001", "0303600009")
    _chain(registry, B, "0202600002", "0303600009")
    followed = follow_successors(_batch(client, a=A, b=B), client, _holders(a=A, b=B), _nobody)
    ends = _ends(followed)
    assert sorted(map(str, ends.values())) == sorted(
        ["0303600009", str(Quarantine("duplicate patron", other_patron=min(ends, key=lambda one: str(ends[one]))))]
    )
    assert registry.asked[CprNumber("0303600009")] == 1


def test_a_number_that_another_patron_of_the_batch_holds_makes_a_duplicate(
    registry: DemoRegistry, client: RegistryClient
) -> None:
    _chain(registry, A, B)
    followed = follow_successors(_batch(client, a=A, b=B), client, _holders(a=A, b=B), _nobody)
    assert _ends(followed) == {"a": Quarantine("duplicate patron", other_patron="b"), "b": B}
    assert registry.asked[CprNumber(B)] == 1


def test_a_successor_who_could_not_be_asked_about_leaves_the_patron_due(
    registry: DemoRegistry, client: RegistryClient
) -> None:
    _chain(registry, A, "0202600001")
    batch = _batch(client, a=A)
    registry.fail("busy", numbers=["0202600001"])
    [followed] = follow_successors(batch, client, _holders(a=A), _nobody)
    assert (followed.answer, followed.error and followed.error.code) == (None, "busy")
    assert [access.outcome for access in followed.accesses] == ["answered", "busy"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [(None, "not found"), ({"status": None}, "malformed"), ({"raw": {"persondata/personnummer": C}}, "mismatched")],
)
def test_a_successor_whose_answer_can_not_be_used_is_a_quarantine(
    registry: DemoRegistry, client: RegistryClient, facts: dict[str, Any] | None, reason: str
) -> None:
    _chain(registry, A, "0202600001")
    if facts is None:
        registry.forget(CprNumber("0202600001"))
    else:
        registry.set_person({"cpr_number": "0202600001", **facts})
    [followed] = follow_successors(_batch(client, a=A), client, _holders(a=A), _nobody)
    assert isinstance(followed.answer, Quarantine) and followed.answer.reason == reason


def test_a_batch_without_successors_asks_nothing_more(registry: DemoRegistry, client: RegistryClient) -> None:
    _somebody(registry, A)
    batch = _batch(client, a=A)
    asked: list[Any] = []
    assert follow_successors(batch, client, lambda numbers: asked.extend(numbers) or {}, _nobody) == batch
    assert (asked, sum(registry.asked.values())) == ([], 1)


def test_nothing_that_is_printed_of_a_look_up_holds_a_number(registry: DemoRegistry, client: RegistryClient) -> None:
    _somebody(registry, A)
    [looked_up] = _batch(client, a=A)
    assert A not in repr(looked_up) and "Prøve" not in repr(looked_up)
