"""zeep and our reader give the same record; and whatever an answer holds, nothing but our own errors is raised."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpr_client import MalformedAnswer, Person, Protection, RegistryError, SupplierMustAct
from cpr_client.base_data import contract
from cpr_client.base_data.answer import read_answer
from cpr_client.base_data.envelope import content, parse
from cpr_client.demo.answers import answer as demo_answer
from cpr_client.demo.people import SEED, build_people
from tests.cpr_client.generated import envelope, valid_answers, wild_answers
from tests.cpr_client.samples import NUMBER
from tests.cpr_client.zeep_reader import read_with_zeep
from tests.fixtures.examples import examples

TODAY = date(2026, 5, 4)
generous = settings(
    max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def outcome(read, *arguments) -> Person | type[RegistryError]:
    """The person, or the kind of error."""
    try:
        return read(*arguments)
    except RegistryError as error:
        return type(error)


def shows_as_unreadable(person: Person) -> bool:
    """Whether protection or custody is marked as unreadable."""
    protected = person.protection is not None and not person.protection.readable
    return protected or any(not entry.readable or entry.type is None for entry in person.custody)


@pytest.mark.parametrize("version", contract.VERSIONS)
def test_both_readers_read_every_answer_of_the_demo_registry_alike(version):
    differ, lies = [], []
    people = list(build_people(1_000, SEED, TODAY))
    for position, person in enumerate(people):
        body = demo_answer(person, version, TODAY)
        ours = outcome(read_answer, body, person.cpr_number)
        if not contract.schema(version).validate(content(parse(body))):
            lies.append(ours)
        elif ours != outcome(read_with_zeep, body, person.cpr_number, version):
            differ.append(position)
    assert differ == []
    # The registry has some cases that lie against the contract: these are refused, or show as unreadable.
    assert all(lie is MalformedAnswer or (isinstance(lie, Person) and shows_as_unreadable(lie)) for lie in lies)
    assert 0 < len(lies) < len(people) / 50


@pytest.mark.parametrize("version", contract.VERSIONS)
def test_both_readers_read_every_answer_that_the_contract_allows_alike(version):
    @generous
    @given(valid_answers(version))
    def check(answer):
        contract.schema(version).assertValid(answer)
        body = envelope(answer)
        assert outcome(read_answer, body, NUMBER) == outcome(read_with_zeep, body, NUMBER, version)

    check()


@pytest.mark.parametrize("version", contract.VERSIONS)
def test_whatever_an_answer_holds_only_our_own_errors_are_raised(version):
    @generous
    @given(wild_answers(version))
    def check(answer):
        got = outcome(read_answer, envelope(answer), NUMBER)
        assert isinstance(got, Person) or issubclass(got, SupplierMustAct)
        if isinstance(got, Person):
            assert got.cpr_number == NUMBER

    check()


@generous
@given(st.binary(max_size=400))
def test_whatever_bytes_come_only_our_own_errors_are_raised(body):
    assert outcome(read_answer, body, NUMBER) is MalformedAnswer


@generous
@given(answer=valid_answers("5"), cut=st.integers(0, 5000), swap=st.binary(min_size=1, max_size=3))
def test_whatever_becomes_of_an_answer_on_its_way_only_our_own_errors_are_raised(answer, cut, swap):
    body = envelope(answer)
    at = cut % len(body)
    for spoilt in (body[:at], body[:at] + swap + body[at + len(swap) :]):
        got = outcome(read_answer, spoilt, NUMBER)
        assert isinstance(got, Person) or issubclass(got, SupplierMustAct)


@generous
@given(answer=wild_answers("5"))
def test_a_protection_is_never_read_as_none_at_all(answer):
    """An `adressebeskyttelse` in persondata ends as flag or dates, as unreadable, or the answer is refused."""
    namespace = f"{{{contract.NAMESPACES['5']}}}"
    there = answer.find(f"{namespace}persondata/{namespace}adressebeskyttelse") is not None
    got = outcome(read_answer, envelope(answer), NUMBER)
    if isinstance(got, Person):
        assert (got.protection is not None) == there
        assert got.protection != Protection()
