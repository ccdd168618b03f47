"""How the registry answered is kept in a run's record: every look-up once, by outcome and by how long it took."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.observability.answer_times import BEYOND, BOUNDS, AnswerTimes
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library

look_ups = st.lists(st.tuples(st.sampled_from(["answered", "timeout"]), st.floats(0, 100)), max_size=20)


@given(look_ups, look_ups)
def test_every_look_up_is_in_one_class_and_two_runs_add_up(
    one: list[tuple[str, float]], other: list[tuple[str, float]]
):
    counted, more = AnswerTimes(), AnswerTimes()
    counted.add(one)
    more.add(other)
    counted.add_all(AnswerTimes.restore(more.as_dict()))
    assert counted.number == sum(number for _, number in counted.by_class()) == len(one) + len(other)
    for bound in BOUNDS:
        within = sum(number for label, number in counted.by_class() if label != BEYOND and float(label) <= bound)
        assert within == sum(seconds <= bound for _, seconds in [*one, *other])


def test_the_bound_within_which_a_share_was_answered():
    times = AnswerTimes()
    assert times.within(0.5) is None
    times.add([("answered", 0.02)] * 19 + [("timeout", 75.0)])
    assert (times.within(0.5), times.within(0.95), times.within(0.99)) == (0.025, 0.025, None)


def test_a_refresh_keeps_in_its_record_how_the_registry_answered_and_who_moved(library: Library) -> None:
    for number in ("0101701111", "0201701112", "0301701113"):
        library.enrol(f"P{number}", number)
        library.person(number, name=NAME, residence=HOME)
    library.refresh(DAY)
    library.person("0201701112", name=NAME, residence={**HOME, "municipality_code": "0101"})
    library.person("0301701113", 80, name=NAME)
    library.refresh(DAY + timedelta(days=1))
    [(looked_up, answers, moves)] = library.rows(
        "SELECT look_ups, counts -> 'answers', counts -> 'moves' FROM sync.run ORDER BY run_id DESC LIMIT 1"
    )
    assert (looked_up, answers["outcomes"], sum(answers["classes"].values())) == (3, {"answered": 3}, 3)
    left = f"0{HOME['municipality_code']}"
    assert moves == {f"{left}>0101": 1, f"{left}>": 1}
    assert library.rows("SELECT counts -> 'moves' FROM sync.run ORDER BY run_id LIMIT 1") == [({},)]
