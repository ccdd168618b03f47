"""The counting equation holds whatever happens: due = checked + failed + left (docs/reference/runs.md)."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.steps.counting import Counts
from mappers import events, municipalities, quarantine
from mappers.record import CHANGED, FIRST_ANSWER, UNCHANGED, Decision, PatronRecord
from tests.fixtures.examples import examples

OUTCOMES = (FIRST_ANSWER, CHANGED, UNCHANGED, *quarantine.REASONS)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    return Decision(
        "L1",
        draw(st.sampled_from(OUTCOMES)),
        PatronRecord(),
        date(2026, 3, 2),
        draw(st.booleans()),
        events=dict.fromkeys(draw(st.sets(st.sampled_from(events.KINDS), max_size=3)), ("name",)),
        shares=draw(st.frozensets(st.just("dead_percent"))),
        notes=tuple(draw(st.sets(st.sampled_from(municipalities.NOTES)))),
    )


steps = st.lists(st.lists(decisions(), max_size=6) | st.sampled_from(["timeout", "locked"]), max_size=8)


def _counted(due: int, happened: list[list[Decision] | str]) -> Counts:
    counts = Counts(due=due)
    for step in happened:
        if isinstance(step, str):
            counts.add_failure(step)
        else:
            counts.add_decisions(step)
            counts.tally.add(step)
            counts.batches += 1
    return counts


@settings(max_examples=examples(60))
@given(due=st.integers(0, 60), happened=steps)
def test_the_counts_add_up_whatever_happens(due: int, happened: list[list[Decision] | str]) -> None:
    counts = _counted(due, happened)
    patrons = counts.patrons()
    assert patrons["due"] == patrons["checked"] + patrons["failed"] + patrons["left"]
    assert patrons["checked"] == sum(patrons[name] for name in ("first_answers", "changed", "unchanged", "quarantined"))
    assert sum(counts.outcomes.values()) == patrons["checked"] + patrons["failed"]
    assert patrons["failed"] == sum(isinstance(step, str) for step in happened)
    assert patrons["checked"] == sum(len(step) for step in happened if not isinstance(step, str))
    assert min(patrons.values()) >= 0


@settings(max_examples=examples(60))
@given(due=st.integers(0, 60), happened=steps, look_ups=st.integers(0, 99))
def test_what_a_run_s_record_keeps_is_what_it_goes_on_with(
    due: int, happened: list[list[Decision] | str], look_ups: int
) -> None:
    counts = _counted(due, happened)
    counts.look_ups = look_ups
    kept = counts.progress()
    stored = json.loads(json.dumps([kept.counts, kept.outcomes, kept.changes]))
    assert Counts.restore(*stored, kept.look_ups) == counts


def test_who_came_to_be_due_while_the_run_was_on_is_due() -> None:
    counts = Counts(due=0)
    counts.add_failure("timeout")
    assert (counts.due, counts.left) == (1, 0)
