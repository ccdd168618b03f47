"""What a night consists of: weekends, what depends on what, what is run again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mappers.night import (
    ABORTED,
    DONE,
    FAILED,
    GUARDIANS,
    INCOMPLETE,
    KILLED,
    NEEDS_FAILED,
    NEEDS_WAITING,
    NET_MEDIA,
    NOT_CHOSEN,
    NOT_FAILED,
    REFRESH,
    REGISTRY_DOWN,
    RETENTION,
    SKIPPED,
    STEPS,
    SWITCHED_OFF,
    WAITING,
    WEEKEND,
    Asked,
    Decision,
    Outcome,
    decide,
    failed_steps,
    night_state,
)

MONDAY = date(2026, 3, 2)
FRIDAY, SATURDAY, SUNDAY = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2), MONDAY - timedelta(days=1)
WHOLE = Asked()
RUNS, NO_REGISTRY = "runs", "runs without the registry"


def night(today: date, asked: Asked = WHOLE, **became: str | Outcome) -> dict[str, tuple[str, str | None, str | None]]:
    """Step -> what is done with it, why, because of which; `became`: how those end that run (else done)."""
    decided, outcomes = {}, {}
    for step in STEPS:
        decision = decide(step, today, outcomes, asked)
        given = became.get(step.name.replace("-", "_"), DONE)
        ended = given if isinstance(given, Outcome) else Outcome(given)
        outcomes[step.name] = ended if decision.runs else Outcome(SKIPPED)
        what = SKIPPED if not decision.runs else RUNS if decision.look_ups else NO_REGISTRY
        decided[step.name] = (what, decision.reason, decision.because_of)
    return decided


ALL_RUN = {step.name: (RUNS, None, None) for step in STEPS}


def test_on_weekdays_every_step_runs_in_order() -> None:
    assert night(MONDAY) == night(FRIDAY) == ALL_RUN
    assert list(night(MONDAY)) == [REFRESH, GUARDIANS, NET_MEDIA, RETENTION]


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_at_weekends_the_registry_is_not_asked_and_the_rest_runs(day: date) -> None:
    assert night(day) == {
        **ALL_RUN,
        REFRESH: (SKIPPED, WEEKEND, None),
        GUARDIANS: (NO_REGISTRY, WEEKEND, None),
    }


@pytest.mark.parametrize("state", [FAILED, ABORTED, KILLED])
def test_what_goes_on_with_a_failed_refresh_is_left_out_and_retention_runs(state: str) -> None:
    assert night(MONDAY, registry_refresh=state) == {
        **ALL_RUN,
        GUARDIANS: (SKIPPED, NEEDS_FAILED, REFRESH),
        NET_MEDIA: (SKIPPED, NEEDS_FAILED, REFRESH),
    }


def test_what_goes_on_with_a_refresh_that_waits_waits_with_it() -> None:
    assert night(MONDAY, registry_refresh=WAITING) == {
        **ALL_RUN,
        GUARDIANS: (SKIPPED, NEEDS_WAITING, REFRESH),
        NET_MEDIA: (SKIPPED, NEEDS_WAITING, REFRESH),
    }


def test_a_refresh_that_left_some_patrons_holds_nobody_up() -> None:
    assert night(MONDAY, registry_refresh=INCOMPLETE) == ALL_RUN


def test_where_the_registry_was_down_guardians_go_by_the_dates_on_record() -> None:
    down = Outcome(INCOMPLETE, registry_down=True)
    assert night(MONDAY, registry_refresh=down) == {**ALL_RUN, GUARDIANS: (NO_REGISTRY, REGISTRY_DOWN, REFRESH)}


@pytest.mark.parametrize(("state", "reason"), [(FAILED, NEEDS_FAILED), (WAITING, NEEDS_WAITING)])
def test_net_media_needs_guardians_and_retention_needs_nobody(state: str, reason: str) -> None:
    assert night(SUNDAY, guardian_links=state)[NET_MEDIA] == (SKIPPED, reason, GUARDIANS)
    assert night(SUNDAY, guardian_links=state, net_media_eligibility=state)[RETENTION] == (RUNS, None, None)


def test_where_guardians_are_not_mapped_net_media_runs_without_them() -> None:
    decided = night(MONDAY, Asked(guardians=False))
    assert decided == {**ALL_RUN, GUARDIANS: (SKIPPED, SWITCHED_OFF, None)}


def test_a_step_that_is_named_runs_whatever_the_day_and_no_other() -> None:
    left_out = {step.name: (SKIPPED, NOT_CHOSEN, None) for step in STEPS}
    for day in (MONDAY, SUNDAY):
        for step in STEPS:
            assert night(day, Asked(frozenset({step.name}))) == {**left_out, step.name: (RUNS, None, None)}


def test_patrons_that_are_named_are_asked_about_at_the_weekend_too() -> None:
    assert night(SUNDAY, Asked(registry_anyway=True)) == ALL_RUN


def test_only_what_failed_runs_again_and_what_needs_it() -> None:
    asked = Asked(only_failed=failed_steps(ALL_DONE | {GUARDIANS: FAILED}, MONDAY, MONDAY))
    left_out = (SKIPPED, NOT_FAILED, None)
    assert night(MONDAY, asked) == {**ALL_RUN, REFRESH: left_out, RETENTION: left_out}


ALL_DONE = {step.name: DONE for step in STEPS}


@pytest.mark.parametrize(
    ("latest", "since", "failed"),
    [
        (ALL_DONE, MONDAY, set()),
        (ALL_DONE | {RETENTION: FAILED}, MONDAY, {RETENTION}),
        (ALL_DONE | {REFRESH: INCOMPLETE}, MONDAY, {REFRESH, GUARDIANS, NET_MEDIA}),
        (ALL_DONE | {NET_MEDIA: KILLED}, MONDAY, {NET_MEDIA}),
        (ALL_DONE | {NET_MEDIA: WAITING}, MONDAY, set()),
        ({REFRESH: DONE, GUARDIANS: KILLED}, MONDAY, {GUARDIANS, NET_MEDIA, RETENTION}),
        ({}, MONDAY, {REFRESH, GUARDIANS, NET_MEDIA, RETENTION}),
    ],
)
def test_what_failed_or_was_not_reached_since_a_day(latest: dict[str, str], since: date, failed: set[str]) -> None:
    assert failed_steps(latest, since, MONDAY) == failed


def test_a_refresh_that_was_not_due_at_the_weekend_has_not_failed() -> None:
    weekend = {name: state for name, state in ALL_DONE.items() if name != REFRESH}
    assert failed_steps(weekend, SATURDAY, SUNDAY) == set()
    assert REFRESH in failed_steps(weekend, FRIDAY, SUNDAY)


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ([DONE, DONE], DONE),
        ([SKIPPED, DONE], DONE),
        ([SKIPPED, SKIPPED], DONE),
        ([INCOMPLETE, DONE], INCOMPLETE),
        ([ABORTED, SKIPPED, INCOMPLETE], ABORTED),
        ([KILLED, DONE], FAILED),
        ([FAILED, ABORTED], FAILED),
        ([WAITING, FAILED], WAITING),
    ],
)
def test_the_night_is_as_its_worst_step(states: list[str], state: str) -> None:
    assert night_state(states) == state


def test_a_step_comes_after_all_that_it_needs() -> None:
    names = [step.name for step in STEPS]
    assert all(names.index(need) < names.index(step.name) for step in STEPS for need in step.needs)
    assert decide(STEPS[0], MONDAY, {}, WHOLE) == Decision(True)
