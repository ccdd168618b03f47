"""What is asked again, how often, and for how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest

from cpr_client import (
    MalformedAnswer,
    PersonNotFound,
    RegistryBusy,
    RegistryConfig,
    RegistryTimeout,
    RegistryUnavailable,
    RequestRefused,
    open_client,
)
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.server import DemoRegistry
from cpr_client.retrying import MOST_ATTEMPTS, Pace


@pytest.fixture
def demo() -> Iterator[DemoRegistry]:
    with DemoRegistry(build_people(0, SEED, date(2026, 5, 4))) as running:
        yield running


@pytest.fixture
def someone(demo):
    return next(person.cpr_number for person in demo.registry if person.status == 1)


@pytest.mark.parametrize("kind", ["break off", "truncate", "reset", "busy", "unavailable"])
def test_a_passing_trouble_is_asked_about_again(demo, someone, kind):
    demo.fail(kind, times=2)
    with open_client(RegistryConfig(url=demo.url)) as client:
        [answer] = client.lookup_many([("x", someone)])
    assert (answer.attempts, answer.error) == (3, None)
    assert demo.asked[someone] == 3


@pytest.mark.parametrize(
    ("kind", "how", "error"),
    [
        ("not found", {}, PersonNotFound),
        ("fault", {}, RequestRefused),
        ("garbage", {}, MalformedAnswer),
        ("body", {"status": 403}, RequestRefused),
    ],
)
def test_what_does_not_pass_is_asked_about_once(demo, someone, kind, how, error):
    demo.fail(kind, **how)
    with open_client(RegistryConfig(url=demo.url)) as client, pytest.raises(error):
        client.lookup(someone)
    assert demo.asked[someone] == 1


def test_the_registry_s_own_wait_is_kept(demo, someone):
    demo.fail("busy", times=1, seconds=1)
    started = time.monotonic()
    with open_client(RegistryConfig(url=demo.url)) as client:
        client.lookup(someone)
    assert time.monotonic() - started >= 1


def test_a_wait_beyond_the_deadline_is_not_begun(demo, someone):
    demo.fail("unavailable", seconds=3600)
    with open_client(RegistryConfig(url=demo.url)) as client, pytest.raises(RegistryBusy) as busy:
        started = time.monotonic()
        client.lookup(someone)
    assert busy.value.retry_after == 3600
    assert time.monotonic() - started < 5
    assert demo.asked[someone] == 1


def test_all_attempts_together_keep_the_deadline(demo, someone):
    demo.fail("reset")
    with open_client(RegistryConfig(url=demo.url, deadline=2)) as client, pytest.raises(RegistryUnavailable):
        started = time.monotonic()
        client.lookup(someone)
    assert time.monotonic() - started < 2
    assert 1 < demo.asked[someone] <= MOST_ATTEMPTS


def test_a_slow_registry_can_t_stretch_the_deadline(demo, someone):
    demo.latency = 30
    config = RegistryConfig(url=demo.url, read_timeout=20, deadline=0.4)
    with open_client(config) as client, pytest.raises(RegistryTimeout, match=r"no answer within 0\.\d+ s"):
        started = time.monotonic()
        client.lookup(someone)
    assert time.monotonic() - started < 5


def test_a_closed_client_does_not_wait_on(demo, someone):
    demo.fail("busy", seconds=30)
    client = open_client(RegistryConfig(url=demo.url))
    failed = []

    def ask() -> None:
        try:
            client.lookup(someone)
        except RuntimeError as error:
            failed.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while not demo.asked:
        time.sleep(0.01)
    time.sleep(0.1)
    client.close()
    waiting.join(2)
    assert not waiting.is_alive()
    assert len(failed) == 1


def test_turns_are_spaced_evenly_over_all_threads():
    pace = Pace(100)
    turns: list[float] = []

    def take() -> None:
        for _ in range(5):
            pace.wait(threading.Event())
            turns.append(time.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(turns) - min(turns) >= 19 / 100 - 0.005


def test_a_turn_can_be_given_up():
    pace = Pace(0.01)
    stop = threading.Event()
    pace.wait(stop)
    stop.set()
    started = time.monotonic()
    pace.wait(stop)
    assert time.monotonic() - started < 1


def test_the_rate_holds_for_every_request_that_is_sent(demo, someone):
    demo.fail("not found")
    with open_client(RegistryConfig(url=demo.url, rate=20)) as client:
        started = time.monotonic()
        answers = list(client.lookup_many((n, someone) for n in range(26)))
        took = time.monotonic() - started
    assert len(answers) == demo.asked[someone] == 26
    assert took >= 25 / 20 - 0.01
    assert max(answer.seconds for answer in answers) < 1


def test_waiting_for_one_s_turn_does_not_use_up_the_deadline(demo, someone):
    config = RegistryConfig(url=demo.url, rate=4, deadline=0.6)
    with open_client(config) as client:
        answers = list(client.lookup_many((n, someone) for n in range(5)))
    assert [answer.error for answer in answers] == [None] * 5
