"""The database goes away at the worst moments: nothing is done twice, and nothing is left out (explanation/claims)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from db.connect import Connection, connect
from db.refresh.batches import Batch, Batches
from db.refresh.claims import Claims
from flows.steps.applying import Applier
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library

SIZE = 40


def _number(place: int) -> str:
    return f"010160{place:04}"


@pytest.fixture
def town(library: Library) -> Library:
    for place in range(SIZE):
        library.enrol(f"L{place:02}", _number(place))
        library.person(_number(place), 1, name=NAME, residence=HOME)
    return library


@pytest.fixture
def lose(town: Library) -> Callable[[Connection], None]:
    """Ends a connection's session on the server, and lets the connection feel it."""

    def end(connection: Connection) -> None:
        town.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        connection.execute("SELECT 1")

    return end


def _is_done_once(town: Library, report: dict[str, Any]) -> None:
    assert (report["state"], report["patrons"]["checked"], report["look_ups"]) == ("done", SIZE, SIZE)
    told = town.events()
    assert len(told) == len(set(told)) and {number for number, _ in told} == {f"L{place:02}" for place in range(SIZE)}
    assert town.rows("SELECT count(*)::int FROM sync.registry_access") == [(SIZE,)] == [(town.asked(),)]
    assert town.rows("SELECT FROM sync.claim") == []


def test_a_page_of_claims_whose_commit_got_no_receipt_is_asked_about(
    town: Library, lose: Callable[[Connection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, pages = Claims._claim, []

    def without_receipt(self: Claims, connection: Connection, size: int) -> Any:
        page = claim(self, connection, size)
        pages.append(page)
        if len(pages) == 2:
            lose(connection)
        return page

    monkeypatch.setattr(Claims, "_claim", without_receipt)
    _is_done_once(town, town.refresh(batch_size=10))
    assert pages[1] == pages[2] != []


def test_a_batch_whose_commit_got_no_receipt_is_not_applied_again(
    town: Library, lose: Callable[[Connection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, batches = Batches.open, []

    @contextmanager
    def without_receipt(self: Batches, numbers: list[str]) -> Iterator[Batch]:
        with opened(self, numbers) as batch:
            yield batch
        batches.append(batch)
        if len(batches) == 2:
            lose(self.connection)

    monkeypatch.setattr(Batches, "open", without_receipt)
    _is_done_once(town, town.refresh(batch_size=10))
    assert len(batches) == SIZE // 10


def test_whom_somebody_holds_locked_in_such_a_batch_is_not_forgotten(
    town: Library, lose: Callable[[Connection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, lost = Batches.open, []
    with connect(town.database_url) as desk:
        desk.execute("SELECT FROM library.patron WHERE patron_number = 'L05' FOR UPDATE")

        @contextmanager
        def without_receipt(self: Batches, numbers: list[str]) -> Iterator[Batch]:
            with opened(self, numbers) as batch:
                yield batch
            if (locked := set(numbers) - set(batch.stored)) and not lost:
                lost.append(locked)
                desk.rollback()
                lose(self.connection)

        monkeypatch.setattr(Batches, "open", without_receipt)
        _is_done_once(town, town.refresh(batch_size=10))
    assert lost == [{"L05"}]


@pytest.mark.parametrize("step", ["_decide", "_record"])
def test_a_batch_that_was_lost_in_its_midst_is_applied_again(
    town: Library, lose: Callable[[Connection], None], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    original, times = getattr(Applier, step), []

    def losing(self: Applier, *given: Any) -> Any:
        times.append(step)
        if len(times) == 2:
            lose(self.batches.connection)
        return original(self, *given)

    monkeypatch.setattr(Applier, step, losing)
    _is_done_once(town, town.refresh(batch_size=10))
    assert len(times) == SIZE // 10 + 1


def test_look_ups_in_vain_are_logged_once_though_the_connection_is_lost(
    town: Library, lose: Callable[[Connection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.steps import applying

    log, times = applying.log_missing_accesses, []

    def without_receipt(connection: Connection, *given: Any) -> None:
        log(connection, *given)
        times.append(1)
        if len(times) == 1:
            lose(connection)

    monkeypatch.setattr(applying, "log_missing_accesses", without_receipt)
    report = town.refresh(DAY, dry_run=True)
    assert report["look_ups"] == SIZE and len(times) > 1
    assert town.rows("SELECT count(*)::int FROM sync.registry_access") == [(SIZE,)]
