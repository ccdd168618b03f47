"""Following changed and doubled numbers; two patrons who are one person (docs/reference/rules.md)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpr_client.cpr_number import CprNumber
from mappers.record import Quarantine
from mappers.succession import MAX_STEPS, ChainNotFollowed, next_number
from tests.mappers.samples import NUMBER, REPLACEMENT, SUCCESSOR, TODAY, answered, known, person
from tests.mappers.strategies import few_numbers, persons

CIRCLE = Quarantine("successor circle", "gaeldendePersonnummer comes back to an earlier number")


def _numbers(count):
    return [CprNumber(f"020140{serial:04d}") for serial in range(count)]


@pytest.mark.parametrize("code", [1, 3, 5, 7, 20, 30, 70, 80, 90])
def test_a_number_in_force_is_the_end_of_the_chain(code):
    assert next_number(NUMBER, (), person(code, successor=SUCCESSOR)) is None


@pytest.mark.parametrize("code", [50, 60])
def test_a_number_that_moved_names_the_next_one(code):
    assert next_number(NUMBER, (), person(code, successor=SUCCESSOR)) == SUCCESSOR


@pytest.mark.parametrize(("successor", "what"), [(None, "missing"), (REPLACEMENT, "a replacement number")])
def test_a_successor_that_is_missing_or_that_the_registry_can_not_know_is_malformed(successor, what):
    answer = person(60, successor=successor)
    assert next_number(NUMBER, (), answer) == Quarantine("malformed", f"gaeldendePersonnummer is {what}")


def test_a_number_that_succeeds_itself_is_a_circle():
    assert next_number(NUMBER, (), person(60, successor=NUMBER)) == CIRCLE


def test_a_number_that_comes_back_is_a_circle():
    first, second = _numbers(2)
    answer = person(50, cpr_number=second, successor=first)
    assert next_number(NUMBER, (first, second), answer) == CIRCLE
    back_to_start = person(50, cpr_number=second, successor=NUMBER)
    assert next_number(NUMBER, (first, second), back_to_start) == CIRCLE


def test_a_chain_is_followed_five_steps_and_no_further():
    *chain, further = _numbers(6)
    assert MAX_STEPS == 5
    fifth = person(60, cpr_number=chain[3], successor=chain[4])
    assert next_number(NUMBER, tuple(chain[:4]), fifth) == chain[4]
    sixth = person(60, cpr_number=chain[4], successor=further)
    assert next_number(NUMBER, tuple(chain), sixth) == Quarantine(
        "successor circle", "gaeldendePersonnummer leads on after 5 steps"
    )


def test_a_person_at_the_end_of_five_steps_is_decided_on_and_the_number_moves_there():
    chain = tuple(_numbers(5))
    assert answered(known(), person(1, cpr_number=chain[-1]), chain=chain).moved_to == chain[-1]


def test_a_circle_quarantines_the_patron_who_keeps_number_and_record():
    stored = known()
    decision = answered(stored, Quarantine("successor circle"))
    assert decision.outcome == "successor circle" and decision.moved_to is None
    assert decision.after is stored.record


def test_a_successor_that_the_registry_does_not_know_is_not_found_and_the_number_stays():
    decision = answered(known(), Quarantine("not found"), chain=(SUCCESSOR,))
    assert decision.outcome == "not found" and decision.moved_to is None


def test_a_patron_whose_successor_another_patron_holds_is_quarantined_and_otherwise_untouched():
    stored = known()
    decision = answered(stored, Quarantine("duplicate patron", other_patron="P2"))
    assert decision.outcome == "duplicate patron"
    assert decision.quarantine is not None and decision.quarantine.other_patron == "P2"
    assert decision.after is stored.record and decision.moved_to is None
    assert decision.events == {} and decision.blocks_set == {}
    assert decision.next_due is not None and (decision.next_due - TODAY).days == 32


def test_an_answer_whose_successor_was_not_looked_up_is_the_caller_s_defect():
    with pytest.raises(ChainNotFollowed) as caught:
        answered(known(), person(60, successor=SUCCESSOR))
    assert SUCCESSOR.digits not in str(caught.value)


@given(few_numbers, st.lists(persons(few_numbers), min_size=7, max_size=7))
def test_whatever_the_answers_a_chain_ends_within_five_steps(asked, answers):
    chain: tuple[CprNumber, ...] = ()
    for answer in answers:
        following = next_number(asked, chain, answer)
        if not isinstance(following, CprNumber):
            break
        chain += (following,)
    assert len(chain) <= 5
    assert len({asked, *chain}) == len(chain) + 1
    assert not isinstance(following, CprNumber)
