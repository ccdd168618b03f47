"""How a run ends: the state follows from its counts, and what it left is done by the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.connect import connect
from flows.steps import refresh_run
from tests.acceptance.made_up import HOME, NAME, TOMORROW
from tests.fixtures.library import DAY, Library

SIZE = 40


@pytest.fixture
def town(library: Library) -> Library:
    for place in range(SIZE):
        library.enrol(f"L{place:02}", _number(place))
        library.person(_number(place), 1, name=NAME, residence=HOME)
    return library


def _number(place: int) -> str:
    return f"010160{place:04}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No long waits for rows that somebody holds locked."""
    monkeypatch.setattr(refresh_run, "LOCKED_PAUSE", 0.05)
    yield


def test_a_run_that_did_all_is_done(town: Library) -> None:
    report = town.refresh()
    assert (report["state"], report["message"], report["patrons"]["left"]) == ("done", None, 0)


def test_a_run_of_nobody_is_done(library: Library) -> None:
    report = library.refresh()
    assert (report["state"], report["patrons"]["due"]) == ("done", 0)


@pytest.mark.parametrize("limit", [1, 25, SIZE, SIZE + 10])
def test_who_is_left_by_a_limit_was_asked_to_be(town: Library, limit: int) -> None:
    report = town.refresh(limit=limit, batch_size=10)
    counts = report["patrons"]
    assert (report["state"], counts["due"], counts["left"]) == ("done", SIZE, max(0, SIZE - limit))
    assert town.refresh()["patrons"]["due"] == max(0, SIZE - limit)


def test_a_registry_that_refuses_leaves_the_rest_due_and_says_why(town: Library) -> None:
    town.registry.fail("fault", code="NotAuthorized", text="no agreement")
    report = town.refresh(batch_size=10)
    counts = report["patrons"]
    assert (report["state"], counts["checked"]) == ("incomplete", 0)
    assert counts["failed"] > 0 and counts["left"] == SIZE - counts["failed"] > 0
    assert "the registry stopped answering" in report["message"] and "stay due" in report["message"]
    assert town.rows("SELECT count(*)::int FROM sync.registry_access") == [(report["look_ups"],)]
    assert report["look_ups"] == town.asked()
    town.registry.behave()
    assert town.refresh()["patrons"]["checked"] == SIZE


def test_what_was_answered_before_the_registry_went_down_is_applied(town: Library) -> None:
    town.registry.fail("fault", numbers=[_number(place) for place in range(20, SIZE)], code="NotAuthorized", text="no")
    report = town.refresh(batch_size=5, registry_concurrency=1)
    assert (report["state"], report["patrons"]["checked"]) == ("incomplete", 20)
    town.registry.behave()
    again = town.refresh()
    assert (again["state"], again["patrons"]["due"], again["patrons"]["checked"]) == ("done", 20, 20)


def test_one_who_could_not_be_asked_is_failed_and_stays_due(town: Library) -> None:
    town.registry.fail("fault", numbers=[_number(7)], code="NotAuthorized", text="no agreement")
    report = town.refresh()
    assert (report["state"], report["outcomes"]) == ("incomplete", {"first answer": SIZE - 1, "refused": 1})
    assert town.rows("SELECT outcome FROM sync.registry_access WHERE patron_number = 'L07'") == [("refused",)]
    assert town.patron("L07")["checked_at"] is None
    town.registry.behave()
    assert town.refresh()["look_ups"] == 1


def test_a_patron_whom_somebody_holds_locked_is_failed_and_stays_due(town: Library, impatient: None) -> None:
    with connect(town.database_url) as desk:
        desk.execute("SELECT FROM library.patron WHERE patron_number = 'L07' FOR UPDATE")
        report = town.refresh()
        assert (report["state"], report["outcomes"]) == ("incomplete", {"first answer": SIZE - 1, "locked": 1})
    assert town.rows("SELECT outcome FROM sync.registry_access WHERE patron_number = 'L07'") == [("answered",)]
    assert town.refresh()["outcomes"] == {"first answer": 1}


def test_a_patron_who_is_let_go_in_time_is_applied_with_the_answer_that_came(
    town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(town.database_url) as desk:
        desk.execute("SELECT FROM library.patron WHERE patron_number = 'L07' FOR UPDATE")
        monkeypatch.setattr(refresh_run.time, "sleep", lambda _: desk.rollback())
        report = town.refresh()
    assert (report["state"], report["outcomes"], report["look_ups"]) == ("done", {"first answer": SIZE}, SIZE)


def test_a_run_leaves_no_claim_behind(town: Library) -> None:
    town.refresh(limit=10)
    town.registry.fail("fault", code="NotAuthorized", text="no agreement")
    town.refresh()
    assert town.rows("SELECT FROM sync.claim") == []


def test_a_run_that_was_killed_is_marked_so_and_its_claims_are_taken_over_at_once(town: Library) -> None:
    [(killed,)] = town.rows(
        "INSERT INTO sync.run (flow, today, state) VALUES ('registry-refresh', %s, 'running') RETURNING run_id", DAY
    )
    town.connection.execute(
        "INSERT INTO sync.claim SELECT patron_number, %s, now() + interval '9 minutes' FROM library.patron", (killed,)
    )
    report = town.refresh()
    assert (report["state"], report["patrons"]["checked"]) == ("done", SIZE)
    assert town.rows("SELECT state FROM sync.run WHERE run_id = %s", killed) == [("killed",)]


def test_the_same_day_again_makes_no_look_up_and_the_next_day_changes_nothing(town: Library) -> None:
    town.refresh()
    rows, events = town.contents("sync.patron_check", "sync.run", "sync.batch", "sync.registry_access"), town.events()
    assert town.refresh()["look_ups"] == 0 == town.refresh(scope="all")["look_ups"]
    report = town.refresh(TOMORROW)
    assert report["outcomes"] == {"unchanged": SIZE}
    assert town.contents("sync.patron_check", "sync.run", "sync.batch", "sync.registry_access") == rows
    assert town.events() == events
