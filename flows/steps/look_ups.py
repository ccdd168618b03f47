"""Claim and look up, a batch ahead of the one that is being applied.

A thread of its own claims patrons page by page and feeds them to the client in one stream, so that
the registry is never left idle between two batches. Answers are cut into batches as they come.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import psycopg

from cpr_client import Answer, CprNumber, Person, RegistryClient, RegistryDown, RegistryError
from db.errors import DatabaseProblem
from db.refresh.batches import Access
from db.refresh.claims import Claimed
from mappers.patron import quarantine_for
from mappers.record import Quarantine

RENEW_EVERY = 60.0  # seconds; a tenth of the lease
PATIENCE = 10.0  # seconds for look-ups under way when a run breaks off


class Claims(Protocol):
    """Whom to ask about, claimed: patrons (`db.refresh.claims`) or guardians (`db.guardians.claims`)."""

    def claim(self, size: int) -> list[Claimed]:
        """Claims the next at most `size`; an empty list ends the pass."""
        ...

    def from_the_start(self) -> None:
        """The next `claim` begins a new pass."""
        ...

    def renew(self) -> None:
        """Says that the owner is alive."""
        ...

    def release(self) -> None:
        """Gives all claims of the run back."""
        ...


@dataclass(slots=True, repr=False)
class LookedUp:
    """One patron's way through the registry tonight.

    `answer`: the person at the end of the chain so far, a quarantine, or None where the patron
    could not be asked (`error` then says why). `chain`: the numbers asked about, the first one first.
    """

    patron_number: str
    answer: Person | Quarantine | None
    error: RegistryError | None
    chain: tuple[CprNumber, ...]
    answered_at: datetime
    seconds: float
    accesses: list[Access] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<LookedUp {self.patron_number}>"

    @classmethod
    def from_answer(cls, answer: Answer[str], before: LookedUp | None = None) -> LookedUp:
        """What the client's answer means for its patron; `before`: the step of the chain that led here."""
        result: Person | Quarantine | None = answer.person
        if answer.error is not None:
            result = quarantine_for(answer.error)
        outcome = "answered" if answer.error is None else answer.error.code
        asked = [Access(answer.key, answer.asked_at, outcome, answer.seconds)] if answer.attempts else []
        return cls(
            patron_number=answer.key,
            answer=result,
            error=answer.error if result is None else None,
            chain=(*(before.chain if before else ()), answer.cpr_number),
            answered_at=answer.asked_at,
            seconds=answer.seconds + (before.seconds if before else 0.0),
            accesses=[*(before.accesses if before else ()), *asked],
        )


def give_back(claims: Claims, *, all_logged: bool) -> None:
    """Gives a run's claims back, unless look-ups are not in the access log.

    Claims left behind fall with this run's session, and whoever finds them notes in its record how many look-ups the
    log may lack.
    """
    if not all_logged:
        return
    try:
        claims.release()
    except (psycopg.Error, DatabaseProblem):
        pass  # the session is gone, and with it the claims


class Unapplied(Protocol):
    """Is told of look-ups that were made and of which nothing will be applied."""

    def __call__(self, batch: list[LookedUp], *, all_of_them: bool = True) -> None:
        """`all_of_them`: there were no others; False where some may have been sent whose end nobody saw."""
        ...


@contextmanager
def accounted_for(done: Mapping[str, LookedUp], unapplied: Unapplied) -> Iterator[None]:
    """Where the block breaks off while chains are followed, `unapplied` is told of what is `done` by then."""
    try:
        yield
    except BaseException:
        unapplied(list(done.values()), all_of_them=False)
        raise


class _Pages:
    """The patrons to ask about, one by one, claimed page by page; at most `limit` of them, and none after `end`.

    `problem`: why no more could be claimed. It ends the pages like their end: who was asked about is answered first.
    """

    def __init__(self, claims: Claims, size: int, limit: int | None, sweep_again: bool) -> None:
        self._ended = threading.Event()
        self._claims = claims
        self._size = size
        self._left = limit
        self._sweep_again = sweep_again
        self.problem: BaseException | None = None

    def __iter__(self) -> Iterator[tuple[str, CprNumber]]:
        found_any = True
        while found_any:
            found_any = False
            while page := self._page():
                found_any = True
                for claimed in page:
                    if self._ended.is_set():
                        return
                    yield claimed.patron_number, claimed.cpr_number
            if not self._sweep_again or self._ended.is_set():
                return
            self._claims.from_the_start()

    def end(self) -> None:
        """Nobody more is to be asked about."""
        self._ended.set()

    def _page(self) -> list[Claimed]:
        size = self._size if self._left is None else min(self._size, self._left)
        try:
            page = self._claims.claim(size) if size > 0 else []
        except BaseException as error:
            self.problem = error
            self.end()
            return []
        if self._left is not None:
            self._left -= len(page)
        return page


_Item = list[LookedUp] | BaseException | None


class _Producer(threading.Thread):
    """Claims and looks up until the pages end, the registry is down, or it is told to stop.

    `unapplied`: what was looked up and not handed over. `all_seen`: no look-up was sent whose end nobody saw.
    """

    def __init__(self, client: RegistryClient, claims: Claims, pages: _Pages, size: int) -> None:
        super().__init__(name="look-ups", daemon=True)
        self.batches: queue.Queue[_Item] = queue.Queue(maxsize=1)
        self.unapplied: list[LookedUp] = []
        self.all_seen = False
        self._batch: list[LookedUp] = []
        self._stopping = threading.Event()
        self._client, self._claims, self._pages, self._size = client, claims, pages, size
        self._renewed = time.monotonic()

    def run(self) -> None:
        end: BaseException | None = None
        try:
            self._produce()
        except BaseException as error:
            end = error
        self._keep(self._batch)
        self._put(end)

    def stop(self) -> None:
        """Asks about nobody more. The look-ups under way are waited for: they were made, and are to be logged."""
        self._pages.end()
        self._stopping.set()

    def gather(self) -> list[LookedUp]:
        """What was looked up and not handed over, once the thread has ended."""
        while not self.batches.empty():
            self._keep(self.batches.get_nowait())
        return self.unapplied

    def _produce(self) -> None:
        down: RegistryDown | None = None
        with closing(self._client.lookup_many(self._pages)) as answers:
            for answer in answers:
                if isinstance(answer.error, RegistryDown):
                    self._pages.end()
                    down = answer.error
                if answer.attempts or down is None:
                    self._batch.append(LookedUp.from_answer(answer))
                if len(self._batch) >= self._size:
                    self._hand_over()
                self._renew()
        self.all_seen = True
        if self._batch:
            self._hand_over()
        if self._pages.problem is not None:
            raise self._pages.problem
        if down is not None:
            raise down

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, []
        self._put(batch)

    def _put(self, item: _Item) -> None:
        while not self._stopping.is_set():
            try:
                self.batches.put(item, timeout=1.0)
                return
            except queue.Full:
                self._renew()
        self._keep(item)

    def _keep(self, item: _Item) -> None:
        if isinstance(item, list):
            self.unapplied += item

    def _renew(self) -> None:
        if time.monotonic() - self._renewed > RENEW_EVERY:
            self._renewed = time.monotonic()
            self._claims.renew()


@contextmanager
def looked_up_batches(
    client: RegistryClient,
    claims: Claims,
    *,
    batch_size: int,
    limit: int | None,
    sweep_again: bool,
    unapplied: Unapplied,
) -> Iterator[Iterator[list[LookedUp]]]:
    """The batches of a run, each looked up while the one before is applied.

    `sweep_again`: when the pages end, begin anew until nothing is found (not in a dry run, which
    leaves everybody due). Raises what the claiming or the client raised, `RegistryDown` among it,
    after the answers that came before it. Leaving the block early ends the asking: look-ups under way
    have `PATIENCE` (none where the process is told to end), then the client is closed. `unapplied` is
    told of every look-up that was made in vain.
    """
    producer = _Producer(client, claims, _Pages(claims, batch_size, limit, sweep_again), batch_size)

    def batches() -> Iterator[list[LookedUp]]:
        while True:
            item = producer.batches.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    patience = PATIENCE
    producer.start()
    try:
        yield batches()
    except BaseException as error:
        patience = PATIENCE if isinstance(error, Exception) else 0.0
        raise
    finally:
        producer.stop()
        producer.join(patience)
        if producer.is_alive():
            client.close()
            producer.join()
        unapplied(producer.gather(), all_of_them=producer.all_seen)
