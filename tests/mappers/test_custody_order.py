"""The order in which an answer lists parents, children and entries of custody says nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cpr_client.base_data.answer import read_answer
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.answers import answer
from cpr_client.demo.persons_file import read_person
from cpr_client.person import Person
from mappers.custody import custody_entries, holders_on

DAY = date(2026, 3, 2)
NUMBER = "0206150001"

days = st.sampled_from([DAY + timedelta(days=days) for days in (-400, -30, -1, 0, 1, 30, 400)])
numbers = st.sampled_from([f"010180{serial:04}" for serial in range(4)] + ["0000000000", "", "6101804444"])
entries = st.fixed_dictionaries(
    {"type": st.sampled_from([3, 4, 5, 6])}, optional={"start": days, "delete": days, "holder": numbers}
).map(lambda entry: {key: value.isoformat() if isinstance(value, date) else value for key, value in entry.items()})
children = st.fixed_dictionaries(
    {"mother": numbers | st.none(), "father": numbers | st.none(), "custody": st.lists(entries, max_size=5)},
    optional={"children": st.lists(numbers, max_size=2), "spouse": numbers},
)
versions = st.sampled_from(["4", "5"])
unreadable = st.none() | st.sampled_from(["foraeldremyndighedtype", "foraeldremyndighedStartdato/dato"])


@given(children, versions, unreadable, st.randoms(use_true_random=False))
def test_parents_and_custody_listed_in_any_other_order_give_the_same_holders(
    facts: dict[str, Any], version: str, broken: str | None, order: Any
) -> None:
    raw = {f"relationer/foraeldremyndighed/{broken}": "ulæselig"} if broken and facts["custody"] else {}
    child = read_person({"cpr_number": NUMBER, "birth_date": "2015-06-02", "raw": raw, **facts})
    written = answer(child, version, DAY)
    listed, shuffled = _read(written), _read(_shuffled(written, order))
    assert custody_entries(listed) == custody_entries(shuffled)
    for day in (DAY + timedelta(days=days) for days in range(-31, 32, 10)):
        assert holders_on(custody_entries(listed), day) == holders_on(custody_entries(shuffled), day)
        turned = sorted(custody_entries(listed), key=lambda entry: order.random())
        assert holders_on(turned, day) == holders_on(custody_entries(listed), day)


def _read(written: bytes) -> Person:
    return read_answer(written, CprNumber(NUMBER))


def _shuffled(written: bytes, order: Any) -> bytes:
    """What stands in `relationer` in another order."""
    root = etree.fromstring(written)
    for relations in root.iter("{*}relationer"):
        listed = list(relations)
        order.shuffle(listed)
        relations[:] = listed
    return etree.tostring(root)
