"""Look-ups, one and many.

`open_client` is the way in; the client that it gives may be used from many threads.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from cpr_client.breaker import Breaker
from cpr_client.connection import RegistryConfig
from cpr_client.cpr_number import CprNumber
from cpr_client.errors import PersonNotFound, RegistryError, TryAgainLater
from cpr_client.person import Person
from cpr_client.retrying import LEAST_LEFT, Pace, retrying

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Answer(Generic[K]):
    """What came of one question of `lookup_many`: a person, or the error that the last attempt ended in.

    `key` is the caller's own. `seconds`: from the first attempt on, waits between attempts included,
    waiting for `rate` beforehand not. `attempts`: requests sent (0 for a replacement number, which is
    never asked about). `asked_at`: when the answer came, UTC.
    """

    key: K
    cpr_number: CprNumber
    person: Person | None
    error: RegistryError | None
    seconds: float
    attempts: int
    asked_at: datetime


class Asks(Protocol):
    """What a client needs of cpr_client.exchange.Exchange."""

    def ask(self, number: CprNumber, ends_at: float) -> Person:
        """Asks once, until `ends_at` (`time.monotonic`)."""
        ...

    def knock(self, ends_at: float) -> int:
        """The HTTP status of a request that asks about nobody."""
        ...

    def close(self) -> None:
        """Ends what is under way."""
        ...


def open_client(config: RegistryConfig) -> RegistryClient:
    """Opens a client on the registry that `config` describes; a context manager that closes it.

    Loads contract and certificates, and sends nothing yet. Raises `ConfigurationError` or `CertificateProblem`.
    """
    # zeep and requests cost 0.2 s to import: only who asks the registry pays for them.
    from cpr_client.exchange import Exchange

    return RegistryClient(Exchange(config), config)


class RegistryClient:
    """Asks the registry, repeating what is worth repeating. Safe to use from many threads."""

    def __init__(self, exchange: Asks, config: RegistryConfig) -> None:
        self._exchange = exchange
        self._config = config
        self._pace = Pace(config.rate) if config.rate else None
        # Few look-ups in flight would take long to fail often, above all by time-outs. Three are of two people at
        # least: one on whom the registry is always slow fails twice within the deadline.
        failures = min(20, max(3, config.concurrency))
        self._breaker = Breaker(
            failures=failures,
            seconds=config.breaker_seconds,
            faults=max(20, 2 * config.concurrency),
            longest_wait=config.deadline - LEAST_LEFT,
        )
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[tuple[_Batch, Any, CprNumber] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._batches: set[_Batch] = set()

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lookup(self, cpr_number: CprNumber) -> Person:
        """The person with this number. Raises one of cpr_client.errors (see there who must act)."""
        answer = self._answer(None, cpr_number, self._closing)
        if answer.person is None:
            assert answer.error is not None
            raise answer.error
        return answer.person

    def lookup_many(self, questions: Iterable[tuple[K, CprNumber]]) -> Generator[Answer[K], None, None]:
        """Asks about many persons, `concurrency` at a time; yields the answers as they come, in any order.

        `questions` (key, number) is pulled in the caller's own thread, while the caller waits for an answer, so
        it may read from the caller's database connection. At most twice `concurrency` questions are open at
        once, however many there are. An answer that is an error is yielded like any other. Closing the
        generator returns at once: nothing of it is asked any more, requests already sent end unseen. Closing the
        client ends these too, and here raises `RuntimeError`.
        """
        batch = _Batch()
        self._begin(batch)
        waiting = iter(questions)
        most_open = 2 * self._config.concurrency
        exhausted = False
        still_open = 0
        try:
            while True:
                while not exhausted and still_open < most_open:
                    question = next(waiting, None)
                    if question is None:
                        exhausted = True
                    else:
                        self._tasks.put((batch, *question))
                        still_open += 1
                if not still_open:
                    return
                answer = batch.answers.get()
                if isinstance(answer, RuntimeError):
                    raise answer
                still_open -= 1
                yield answer
        finally:
            batch.stop.set()
            with self._lock:
                self._batches.discard(batch)

    def knock(self) -> int:
        """The HTTP status with which the registry's address answers a plain GET; nobody is looked up.

        Any status shows that the address is right and, over TLS, that either side accepts the other's certificate.
        Raises one of cpr_client.errors, at once.
        """
        return self._exchange.knock(time.monotonic() + self._config.deadline)

    def close(self) -> None:
        """Ends all look-ups, those under way in other threads too, and all threads. May be called twice."""
        self._closing.set()
        with self._lock:
            batches, threads = list(self._batches), self._threads
            self._threads = []
        for batch in batches:
            batch.stop.set()
            batch.answers.put(RuntimeError("the registry client was closed while look-ups were under way"))
        self._exchange.close()
        for _ in threads:
            self._tasks.put(None)
        patience = time.monotonic() + 2.0
        for thread in threads:
            thread.join(max(0.0, patience - time.monotonic()))

    def _begin(self, batch: _Batch) -> None:
        """Takes the batch in, and starts the threads with the first one."""
        with self._lock:
            if self._closing.is_set():
                raise RuntimeError("the registry client is closed")
            self._batches.add(batch)
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._work, name=f"registry-{n}", daemon=True)
                    for n in range(self._config.concurrency)
                ]
                for thread in self._threads:
                    thread.start()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            batch, key, number = task
            if batch.stop.is_set():
                continue
            try:
                batch.answers.put(self._answer(key, number, batch.stop))
            except _Stopped:
                continue
            except _Defect as defect:
                batch.answers.put(defect)
            except BaseException as problem:  # a panic in a library written in Rust is no Exception
                batch.answers.put(_Defect(problem))

    def _answer(self, key: Any, number: CprNumber, stop: threading.Event) -> Answer[Any]:
        look_up = _LookUp(self._exchange, self._config.deadline, self._pace, self._breaker, number, stop)
        person, error = look_up.make()
        seconds = time.monotonic() - look_up.started
        # The clock tells the access log when the answer came; nothing is decided by it.
        asked_at = datetime.fromtimestamp(time.time(), UTC)
        return Answer(key, number, person, error, seconds, look_up.attempts, asked_at)


class _Stopped(RuntimeError):
    """The look-up was ended by whoever wanted it."""


class _Defect(RuntimeError):
    """A defect of ours, told by kind and place alone: its text may quote an answer."""

    def __init__(self, problem: BaseException) -> None:
        place = traceback.extract_tb(problem.__traceback__)[-1]
        super().__init__(f"defect in the registry client: {type(problem).__name__} at {place.filename}:{place.lineno}")


class _Batch:
    """One call of `lookup_many`: where its answers go, and whether anybody still wants them."""

    def __init__(self) -> None:
        self.answers: SimpleQueue[Answer[Any] | RuntimeError] = SimpleQueue()
        self.stop = threading.Event()


class _LookUp:
    """One look-up with all its attempts."""

    def __init__(
        self,
        exchange: Asks,
        deadline: float,
        pace: Pace | None,
        breaker: Breaker,
        number: CprNumber,
        stop: threading.Event,
    ) -> None:
        self._exchange = exchange
        self._pace = pace
        self._breaker = breaker
        self._number = number
        self._stop = stop
        self._deadline = deadline
        self._ends_at = 0.0
        self.started = time.monotonic()
        self.attempts = 0

    def make(self) -> tuple[Person | None, RegistryError | None]:
        """The person or the error; exactly one. Raises `_Stopped`, or `_Defect` for any other exception."""
        if not _is_known_to_registries(self._number):
            return None, PersonNotFound()
        try:
            try:
                return self._attempt(), None
            except TryAgainLater as first:
                return self._again(first), None
        except RegistryError as error:
            # The way back to the body of a request or an answer is cut: only the error is passed on.
            error.__context__ = None
            return None, error.with_traceback(None)
        except _Stopped:
            raise
        except Exception as problem:
            defect = _Defect(problem)
        raise defect

    def _again(self, first: TryAgainLater) -> Person:
        """Hands over to tenacity, whose first go is the attempt that has just failed.

        Nearly every look-up succeeds at once, and tenacity's book-keeping costs a tenth of one.
        """
        failed = [first]

        def go() -> Person:
            if failed:
                raise failed.pop()
            return self._attempt()

        return retrying(lambda: self._ends_at, self._stop)(go)

    def _attempt(self) -> Person:
        """Every request that is sent begins here, and every outcome of one passes here."""
        waited = self._pace.wait(self._stop) if self._pace else 0.0
        if self._stop.is_set():
            raise _Stopped("the look-up was ended: the client, or the generator that wanted it, is closed")
        if self.attempts:
            self._ends_at += waited
        else:
            self.started = time.monotonic()
            self._ends_at = self.started + self._deadline
        self._breaker.check()
        self.attempts += 1
        began = time.monotonic()
        try:
            person = self._exchange.ask(self._number, self._ends_at)
        except RegistryError as error:
            self._breaker.felt(error, began, again=self.attempts > 1)
            raise
        self._breaker.felt(None, began)
        return person


def _is_known_to_registries(number: CprNumber) -> bool:
    """False for a replacement number (and for what is no number): the registry holds nothing on those."""
    return len(number.digits) == 10 and number.digits.isascii() and not number.is_replacement
