"""Many look-ups at once: all answered, none twice, bounded ahead, and closed at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from cpr_client import (
    Answer,
    CprNumber,
    MalformedAnswer,
    MismatchedAnswer,
    Person,
    PersonNotFound,
    RegistryClient,
    RegistryConfig,
    RequestRefused,
    open_client,
)
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.server import DemoRegistry


@pytest.fixture(scope="module")
def shared_demo() -> Iterator[DemoRegistry]:
    with DemoRegistry(build_people(600, SEED, date(2026, 5, 4))) as running:
        yield running


@pytest.fixture
def demo(shared_demo) -> Iterator[DemoRegistry]:
    yield shared_demo
    shared_demo.behave()
    shared_demo.latency = 0.0
    shared_demo.forget_asked()


@pytest.fixture(scope="module")
def numbers(shared_demo) -> list[CprNumber]:
    """The people whose answer can be read: some of the registry's cases are there to be refused."""
    with open_client(RegistryConfig(url=shared_demo.url)) as client:
        asked = ((None, person.cpr_number) for person in shared_demo.registry)
        readable = [answer.cpr_number for answer in client.lookup_many(asked) if answer.person]
    shared_demo.forget_asked()
    assert len(readable) > 500
    return sorted(readable)


def ours() -> list[threading.Thread]:
    """The client's threads that are alive."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("registry-")]


def test_every_question_is_answered_once_by_its_key(demo, numbers):
    with open_client(RegistryConfig(url=demo.url)) as client:
        answers = list(client.lookup_many(enumerate(numbers)))
    assert sorted(answer.key for answer in answers) == list(range(len(numbers)))
    assert all(answer.person and answer.person.cpr_number == numbers[answer.key] for answer in answers)
    assert all(answer.cpr_number == numbers[answer.key] for answer in answers)
    assert max(demo.asked.values()) == 1


def test_no_question_is_no_answer(demo):
    with open_client(RegistryConfig(url=demo.url)) as client:
        assert list(client.lookup_many([])) == []


def test_an_answer_tells_when_and_how_it_came(demo, numbers):
    demo.latency = 0.05
    before = datetime.fromtimestamp(time.time(), UTC)
    with open_client(RegistryConfig(url=demo.url)) as client:
        [answer] = client.lookup_many([("x", numbers[0])])
    assert before < answer.asked_at < before + timedelta(seconds=30)
    assert answer.asked_at.tzinfo is UTC
    assert 0.05 <= answer.seconds < 5
    assert answer.attempts == 1


def test_an_answer_that_is_an_error_is_an_answer_like_any_other(demo, numbers):
    kinds = [
        ("not found", PersonNotFound),
        ("fault", RequestRefused),
        ("garbage", MalformedAnswer),
        ("wrong person", MismatchedAnswer),
    ]
    for (kind, _), number in zip(kinds, numbers[1:], strict=False):
        demo.fail(kind, numbers=[number])
    with open_client(RegistryConfig(url=demo.url)) as client:
        answers = {answer.key: answer for answer in client.lookup_many(enumerate(numbers[:8]))}
    assert [type(answers[key].error) for key in range(1, 5)] == [error for _, error in kinds]
    assert all((answer.person is None) != (answer.error is None) for answer in answers.values())


def test_a_replacement_number_is_answered_without_being_asked(demo, numbers):
    with open_client(RegistryConfig(url=demo.url)) as client:
        [answer] = client.lookup_many([("x", CprNumber.parse("610203-1234"))])
    assert isinstance(answer.error, PersonNotFound)
    assert answer.attempts == 0
    assert demo.asked.total() == 0


def test_answers_come_as_they_are_ready(demo, numbers):
    demo.fail("slow", seconds=0.5, numbers=numbers[:1])
    with open_client(RegistryConfig(url=demo.url)) as client:
        keys = [answer.key for answer in client.lookup_many(enumerate(numbers[:20]))]
    assert keys[-1] == 0


@pytest.mark.parametrize("concurrency", [1, 4])
def test_no_more_are_in_flight_than_allowed(demo, numbers, concurrency):
    with DemoRegistry(demo.registry, latency=0.01) as slow:
        with open_client(RegistryConfig(url=slow.url, concurrency=concurrency)) as client:
            assert len(list(client.lookup_many(enumerate(numbers[:60])))) == 60
            assert len(ours()) == concurrency
        assert slow.most_at_once == concurrency


def test_questions_are_pulled_in_the_caller_s_thread_and_never_far_ahead(demo, numbers):
    pulled = 0
    threads = set()

    def endless() -> Iterator[tuple[int, CprNumber]]:
        nonlocal pulled
        for number in itertools.cycle(numbers):
            threads.add(threading.get_ident())
            pulled += 1
            yield pulled, number

    with open_client(RegistryConfig(url=demo.url, concurrency=4)) as client:
        answers = client.lookup_many(endless())
        assert pulled == 0
        for taken in range(1, 300):
            next(answers)
            assert pulled - taken < 8
        time.sleep(0.1)
        assert pulled - 299 < 8
        answers.close()
    assert threads == {threading.get_ident()}


def test_an_error_of_the_questions_own_comes_through(demo, numbers):
    def fails() -> Iterator[tuple[int, CprNumber]]:
        yield 1, numbers[0]
        raise LookupError("the database is gone")

    with open_client(RegistryConfig(url=demo.url)) as client:
        with pytest.raises(LookupError, match="the database is gone"):
            list(client.lookup_many(fails()))
        assert client.lookup(numbers[0]).cpr_number == numbers[0]


def test_two_batches_at_once_do_not_mix(demo, numbers):
    with open_client(RegistryConfig(url=demo.url, concurrency=3)) as client:
        first = client.lookup_many(("first", number) for number in numbers[:100])
        second = client.lookup_many(("second", number) for number in numbers[100:200])
        pairs = [(a, b) for a, b in zip(first, second, strict=True)]
        assert len(ours()) == 3
    assert {a.key for a, _ in pairs} == {"first"}
    assert {b.cpr_number for _, b in pairs} == set(numbers[100:200])


def test_threads_are_kept_from_batch_to_batch_and_end_with_the_client(demo, numbers):
    with open_client(RegistryConfig(url=demo.url, concurrency=5)) as client:
        assert ours() == []
        list(client.lookup_many(enumerate(numbers[:20])))
        kept = ours()
        list(client.lookup_many(enumerate(numbers[:20])))
        assert ours() == kept
    assert ours() == []


def test_a_generator_closes_at_once_whatever_is_under_way(demo, numbers):
    demo.fail("slow", seconds=20, numbers=numbers[1:])
    with open_client(RegistryConfig(url=demo.url, concurrency=4)) as client:
        answers = client.lookup_many(enumerate(numbers[:100]))
        next(answers)
        started = time.monotonic()
        answers.close()
        assert time.monotonic() - started < 0.2
        started = time.monotonic()
    assert time.monotonic() - started < 1.5
    assert ours() == []
    assert demo.asked.total() <= 8


def test_what_was_not_yet_asked_is_not_asked_after_the_generator_is_closed(demo, numbers):
    demo.latency = 0.3
    with open_client(RegistryConfig(url=demo.url, concurrency=2)) as client:
        answers = client.lookup_many(enumerate(numbers[:100]))
        next(answers)
        answers.close()
        time.sleep(0.7)
        assert demo.asked.total() <= 4


def test_closing_the_client_wakes_whoever_waits_for_an_answer(demo, numbers):
    demo.latency = 20
    client = open_client(RegistryConfig(url=demo.url, concurrency=2))
    closer = threading.Timer(0.2, client.close)
    closer.start()
    started = time.monotonic()
    with pytest.raises(RuntimeError, match="closed"):
        next(client.lookup_many(enumerate(numbers)))
    assert time.monotonic() - started < 2
    closer.join()
    assert ours() == []


def test_a_closed_client_asks_nobody(demo, numbers):
    client = open_client(RegistryConfig(url=demo.url))
    client.close()
    client.close()
    with pytest.raises(RuntimeError):
        client.lookup(numbers[0])
    with pytest.raises(RuntimeError):
        next(client.lookup_many(enumerate(numbers)))
    assert demo.asked.total() == 0


def test_one_client_serves_many_threads(demo, numbers):
    config = RegistryConfig(url=demo.url, concurrency=2)
    results: list[Person] = []
    with open_client(config) as client:
        threads = [
            threading.Thread(target=lambda part: results.extend(client.lookup(n) for n in part), args=(numbers[k::8],))
            for k in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == len(numbers)


class Defective:
    """An exchange with a defect that quotes what it was given."""

    def ask(self, number: CprNumber, ends_at: float) -> Person:
        raise ValueError(f"{number.digits} of Anna Berg")

    def knock(self, ends_at: float) -> int:
        return 0

    def close(self) -> None:
        pass


def test_a_defect_of_ours_is_told_without_data_and_hangs_nobody():
    client = RegistryClient(Defective(), RegistryConfig(url="http://127.0.0.1:9/"))
    number = CprNumber("0102031234")
    with client:
        for ask in (lambda: next(client.lookup_many([("x", number)])), lambda: client.lookup(number)):
            with pytest.raises(RuntimeError) as defect:
                ask()
            assert "ValueError at" in str(defect.value)
            assert "Anna" not in str(defect.value)
            assert "0102031234" not in str(defect.value)
            assert defect.value.__context__ is None


def test_an_answer_shows_no_number():
    answer = Answer("x", CprNumber("0102031234"), None, PersonNotFound(), 0.1, 1, datetime(2026, 5, 4, tzinfo=UTC))
    assert "0102031234" not in repr(answer)
