"""The demo registry misbehaves as it is told, for whom it is told, as often as it is told."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator

import pytest

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from tests.cpr_client.demo.asking import ask


@pytest.fixture
def demo(cases: Registry) -> Iterator[DemoRegistry]:
    """The cases, served."""
    with DemoRegistry(cases) as running:
        yield running


@pytest.fixture
def number(cases: Registry) -> CprNumber:
    """Somebody ordinary."""
    return cases.cases["status 1"]


def test_a_fault_with_code_and_text(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("fault", code="4711", text="No agreement & no answer")
    got = ask(demo, number)

    assert got.status == 500
    assert got.fault == "No agreement & no answer"
    assert got.text("ErrorCode") == "4711"


def test_somebody_known_is_not_found(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("not found")

    assert ask(demo, number).fault == "PNR not found"


@pytest.mark.parametrize(("kind", "status"), [("busy", 429), ("unavailable", 503)])
def test_patience_is_asked_for_with_and_without_a_time(
    demo: DemoRegistry, number: CprNumber, kind: str, status: int
) -> None:
    demo.fail(kind, times=1, seconds=2)
    demo.fail(kind, times=1)
    first, second, third = (ask(demo, number) for _ in range(3))

    assert (first.status, first.headers.get("retry-after")) == (status, "2")
    assert (second.status, second.headers.get("retry-after")) == (status, None)
    assert third.status == 200


def test_the_connection_is_broken_off_without_an_answer(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("break off")
    with pytest.raises(http.client.RemoteDisconnected):
        ask(demo, number)


def test_an_answer_is_cut_in_the_middle(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("truncate")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(demo, number)

    assert b"<persondata>" in caught.value.partial
    assert b"</soap:Envelope>" not in caught.value.partial


def test_a_connection_is_reset_in_the_middle(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("reset")
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        ask(demo, number)


def test_garbage_and_any_body_come_as_they_are(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("garbage", times=1)
    demo.fail("body", body=b"<html>Out of order</html>", content_type="text/html", status=502)

    assert bytes(range(256)) in ask(demo, number).body
    got = ask(demo, number)
    assert (got.status, got.headers["content-type"], got.body) == (502, "text/html", b"<html>Out of order</html>")


def test_the_answer_is_about_somebody_else(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("wrong person")
    got = ask(demo, number)

    assert got.status == 200
    assert got.text("personnummer") not in (None, number.digits)


def test_slowness_adds_to_what_else_strikes(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("slow", seconds=0.15)
    demo.fail("unavailable")
    start = time.monotonic()

    assert ask(demo, number).status == 503
    assert time.monotonic() - start >= 0.15
    assert demo.struck == {"slow": 1, "unavailable": 1}


def test_certain_numbers_are_struck_and_no_others(demo: DemoRegistry, number: CprNumber) -> None:
    other = demo.registry.cases["status 90"]
    demo.fail("unavailable", numbers=[number])

    assert ask(demo, number).status == 503
    assert ask(demo, other).status == 200


def test_a_share_is_struck_and_the_same_one_for_the_same_seed(cases: Registry, number: CprNumber) -> None:
    def played(seed: int) -> list[int]:
        with DemoRegistry(cases, seed=seed) as demo:
            demo.fail("unavailable", share=0.3)
            return [ask(demo, number).status for _ in range(100)]

    first = played(1)
    assert first == played(1) != played(2)
    assert 15 <= first.count(503) <= 45


def test_it_behaves_again_when_told(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("unavailable")
    demo.behave()

    assert ask(demo, number).status == 200


@pytest.mark.parametrize(
    ("kind", "how", "said"),
    [("explode", {}, "no such misbehaviour"), ("busy", {"share": 2}, "share"), ("slow", {}, "seconds")],
)
def test_mischief_that_makes_no_sense_is_refused(
    demo: DemoRegistry, kind: str, how: dict[str, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        demo.fail(kind, **how)


def test_what_was_asked_counts_whatever_becomes_of_the_answer(demo: DemoRegistry, number: CprNumber) -> None:
    demo.fail("unavailable")
    ask(demo, number)

    assert demo.asked[number] == 1
