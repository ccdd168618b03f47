"""When a registry as a whole is not asked any more, and when it is again."""

from __future__ import annotations

import time

import pytest

from cpr_client import (
    CertificateProblem,
    RegistryBusy,
    RegistryConfig,
    RegistryDown,
    RegistryUnavailable,
    RequestRefused,
    open_client,
)
from cpr_client.breaker import Breaker
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.server import DemoRegistry
from tests.fixtures.library import DAY

FAILED = RegistryUnavailable("refused")


def felt(breaker: Breaker, error: Exception | None, times: int, seconds_ago: float = 0.0) -> None:
    for _ in range(times):
        breaker.felt(error, time.monotonic() - seconds_ago)  # type: ignore[arg-type]


def is_open(breaker: Breaker) -> bool:
    try:
        breaker.check()
    except RegistryDown:
        return True
    return False


def test_many_failures_in_a_row_over_some_seconds_open_it():
    breaker = Breaker(failures=20, seconds=5)
    felt(breaker, FAILED, 19, seconds_ago=6)
    assert not is_open(breaker)
    felt(breaker, FAILED, 1)
    assert is_open(breaker)


def test_failures_within_a_moment_do_not():
    breaker = Breaker(failures=20, seconds=5)
    felt(breaker, FAILED, 200)
    assert not is_open(breaker)


def test_one_answer_in_between_begins_the_count_anew():
    breaker = Breaker(failures=20, seconds=5)
    felt(breaker, FAILED, 19, seconds_ago=6)
    felt(breaker, None, 1)
    felt(breaker, FAILED, 19)
    assert not is_open(breaker)


@pytest.mark.parametrize("error", [CertificateProblem("expired"), RegistryBusy("busy", retry_after=61.0)])
def test_refusals_open_it_at_once(error):
    breaker = Breaker(refusals=5, longest_wait=60)
    felt(breaker, error, 4)
    assert not is_open(breaker)
    felt(breaker, error, 1)
    with pytest.raises(RegistryDown) as down:
        breaker.check()
    assert down.value.last is error


def test_faults_on_some_patrons_side_by_side_do_not_open_it_and_on_many_do():
    breaker = Breaker(faults=64)
    felt(breaker, RequestRefused("no agreement"), 63)
    assert not is_open(breaker)
    felt(breaker, None, 1)
    felt(breaker, RequestRefused("no agreement"), 63)
    assert not is_open(breaker)
    felt(breaker, RequestRefused("no agreement"), 1)
    assert is_open(breaker)


def test_one_look_up_that_fails_again_and_again_is_one_failure():
    breaker = Breaker(failures=3, seconds=5)
    felt(breaker, FAILED, 2, seconds_ago=6)
    for _ in range(4):
        breaker.felt(FAILED, time.monotonic() - 6, again=True)
    assert not is_open(breaker)
    felt(breaker, FAILED, 1)
    assert is_open(breaker)


def test_a_registry_that_is_not_even_reached_is_felt_by_each_attempt():
    unreached = RegistryUnavailable("refused")
    unreached.reached = False
    breaker = Breaker(failures=3, seconds=5)
    for _ in range(3):
        breaker.felt(unreached, time.monotonic() - 6, again=True)
    assert is_open(breaker)


def test_refused_questions_over_many_seconds_are_not_taken_for_an_outage():
    breaker = Breaker(failures=20, faults=64, seconds=5)
    felt(breaker, RequestRefused("no agreement"), 63, seconds_ago=60)
    assert not is_open(breaker)


@pytest.mark.parametrize("seconds", [None, 1.0, 60.0])
def test_a_wait_that_a_look_up_can_keep_is_no_refusal(seconds):
    breaker = Breaker(refusals=5, longest_wait=60)
    felt(breaker, RegistryBusy("busy", retry_after=seconds), 19)
    assert not is_open(breaker)


def test_after_a_rest_one_is_let_through_and_its_answer_closes_it():
    breaker = Breaker(faults=1, rest=0.1)
    felt(breaker, RequestRefused("no agreement"), 1)
    assert is_open(breaker)
    time.sleep(0.15)
    assert not is_open(breaker)
    assert is_open(breaker), "the others wait for what becomes of it"
    felt(breaker, None, 1)
    assert not is_open(breaker) and not is_open(breaker)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_one_person_on_whom_the_registry_always_fails_does_not_look_like_an_outage(concurrency):
    with DemoRegistry(build_people(50, SEED, DAY)) as demo:
        people = [(place, person.cpr_number) for place, person in enumerate(demo.registry)][:12]
        demo.fail("unavailable", numbers=[people[5][1]])
        config = RegistryConfig(url=demo.url, concurrency=concurrency, breaker_seconds=0.2, deadline=3)
        with open_client(config) as client:
            answers = {answer.key: answer for answer in client.lookup_many(people)}
    assert isinstance(answers.pop(5).error, RegistryUnavailable | RegistryBusy)
    assert all(answer.error is None for answer in answers.values())


@pytest.mark.parametrize("concurrency", [1, 4, 32])
def test_a_registry_that_refuses_connections_is_not_asked_for_long(concurrency):
    with DemoRegistry(build_people(50, SEED, DAY)) as demo:
        people = [(place, person.cpr_number) for place, person in enumerate(demo.registry)]
        config = RegistryConfig(url=demo.url, concurrency=concurrency, breaker_seconds=1)
        demo.down()
        began = time.monotonic()
        with open_client(config) as client:
            answers = list(client.lookup_many(people * 20))
        assert time.monotonic() - began < 8
    asked = [answer for answer in answers if answer.attempts]
    assert len(asked) <= 2 * concurrency and all(isinstance(answer.error, RegistryDown) for answer in answers)
