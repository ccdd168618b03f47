"""Whatever the registry answers: `decide` decides, twice is once, and an unmoved registry changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cpr_client.person import Person
from mappers import events, municipalities, plausibility, quarantine
from mappers.address import address_changed, contact_is_current, current_address
from mappers.address_kinds import KINDS
from mappers.changes import changes
from mappers.protection import protected_on
from mappers.record import CHANGED, FIRST_ANSWER, UNCHANGED, Decision, StoredPatron
from mappers.status import ANNULLED, EFFECTS, SUCCEEDED
from mappers.succession import ChainNotFollowed
from tests.fixtures.examples import examples
from tests.mappers.samples import answered, applied
from tests.mappers.strategies import days, never_asked, persons, quarantines

any_status = st.sampled_from(sorted(EFFECTS.keys() | SUCCEEDED | {ANNULLED})) | st.integers(-1, 120)
spoken_of = persons(statuses=st.sampled_from(sorted(EFFECTS)))


def _about(stored: StoredPatron, person: Person) -> Person:
    return person._replace(cpr_number=stored.cpr_number)


def _well_formed(stored: StoredPatron, decision: Decision, today: date) -> None:
    assert decision.outcome in (FIRST_ANSWER, CHANGED, UNCHANGED, *quarantine.REASONS)
    assert (decision.quarantine is None) == (decision.outcome in (FIRST_ANSWER, CHANGED, UNCHANGED))
    assert decision.quarantine is None or decision.quarantine.reason == decision.outcome
    assert (decision.tries > 0) == (decision.quarantine is not None)
    assert decision.next_due is None or decision.next_due > today
    assert list(decision.events) == [kind for kind in events.KINDS if kind in decision.events]
    assert all(fields for fields in decision.events.values())
    assert decision.shares <= plausibility.DEFAULT_LIMITS.keys()
    assert all(key.startswith("first_") == decision.first for key in decision.shares)
    assert set(decision.notes) <= set(municipalities.NOTES)
    assert decision.after.address_kind in KINDS
    assert decision.after.address_kind != "contact"
    assert current_address(decision.after, today)["kind"] in KINDS
    if decision.outcome == UNCHANGED:
        assert not decision.events and not decision.blocks_set and not decision.blocks_lifted
    if decision.quarantine is None or decision.after is not stored.record:
        assert decision.after.registry_status is not None


@settings(max_examples=examples(150))
@given(never_asked, st.lists(persons(statuses=any_status) | quarantines, min_size=1, max_size=4), days)
def test_any_answers_whatsoever_are_decided_on_and_nothing_is_raised(stored, answers, today):
    for answer in answers:
        if isinstance(answer, Person):
            answer = _about(stored, answer)
        try:
            decision = answered(stored, answer, today)
        except ChainNotFollowed:
            assert answer.status in SUCCEEDED and answer.successor is not None
            continue
        _well_formed(stored, decision, today)
        stored = applied(stored, decision, today)


@settings(max_examples=examples(150))
@given(never_asked, st.lists(spoken_of, min_size=1, max_size=3), days)
def test_deciding_again_on_the_result_the_same_day_changes_nothing(stored, answers, today):
    for person in answers:
        stored = applied(stored, answered(stored, _about(stored, person), today), today)
    again = answered(stored, _about(stored, answers[-1]), today)
    assert again.after is stored.record
    assert again.events == {}
    assert again.blocks_set == {} and again.blocks_lifted == ()
    assert again.outcome in (UNCHANGED, "malformed")


@settings(max_examples=examples(150))
@given(never_asked, spoken_of, days, st.integers(1, 400))
def test_the_same_answer_on_a_later_day_changes_nothing_unless_a_date_falls(stored, person, today, later):
    person = _about(stored, person)
    stored = applied(stored, answered(stored, person, today), today)
    record = stored.record
    if record.registry_status is None:  # malformed: there was nothing to keep in step
        return
    then = today + timedelta(days=later)
    decision = answered(stored, person, then)
    assert decision.outcome != FIRST_ANSWER
    assert (events.PROTECTION in decision.events) == (protected_on(record, today) != protected_on(record, then))
    if contact_is_current(record, today) == contact_is_current(record, then):
        assert events.ADDRESS not in decision.events
    assert set(decision.events) <= {events.PROTECTION, events.ADDRESS}
    # The one thing rewritten is a contact address that is over by then: a former address is not kept.
    over = record.contact_to is not None and record.contact_to <= then and decision.quarantine is None
    assert decision.after == (record._replace(contact_lines=[], contact_from=None, contact_to=None) if over else record)


@settings(max_examples=examples(200))
@given(never_asked, spoken_of, spoken_of, days)
def test_a_rewrite_alone_is_never_an_event_and_an_event_tells_what_is_shown(stored, one, other, today):
    stored = applied(stored, answered(stored, _about(stored, one), today), today)
    if stored.record.registry_status is None:
        return
    decision = answered(stored, _about(stored, other), today)
    before, after = stored.record, decision.after
    assert (events.MUNICIPALITY in decision.events) == (before.municipality_code != after.municipality_code)
    assert (events.STATUS in decision.events) == (before.registry_status != after.registry_status)
    assert (events.ADDRESS in decision.events) == bool(address_changed(before, today, after, today))
    shown = current_address(before, today), current_address(after, today)
    if shown[0]["kind"] != shown[1]["kind"] or shown[0]["lines"] != shown[1]["lines"]:
        assert events.ADDRESS in decision.events
    if before == after:
        assert changes(before, today, after, today) == {}


@settings(max_examples=examples(100))
@given(never_asked, spoken_of, quarantines, days)
def test_an_answer_that_is_not_applied_leaves_the_record_as_it_is(stored, person, why, today):
    stored = applied(stored, answered(stored, _about(stored, person), today), today)
    decision = answered(stored, why, today)
    assert decision.after is stored.record
    assert decision.moved_to is None
    assert decision.events == {} and decision.blocks_set == {} and decision.blocks_lifted == ()
