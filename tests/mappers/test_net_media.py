"""Every rule of net media, its reason, and the day on which it may turn (docs/reference/rules.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappers import net_media
from mappers.net_media import Agreement, Block, Patron, Right, decide, explain
from tests.fixtures.examples import examples
from tests.mappers.net_media_strategies import DAYS, agreement_lists, days, patrons

DAY = date(2026, 3, 2)
FILM = Agreement("film", "0851", date(2020, 1, 1))
ANNA = Patron(registry_status=1, municipality_code="0851", birth_date=date(1990, 5, 1), patron_group="Voksen")
HELD = Right(True, None, date(2025, 1, 1), None, "0851")


def outcome(patron: Patron = ANNA, agreement: Agreement = FILM, day: date = DAY, held: Right | None = None) -> str:
    """What the right comes to."""
    return decide(patron, "film", [agreement], held, day).outcome


def test_the_first_rule_that_fails_is_the_reason_on_record() -> None:
    everything = replace(ANNA, registry_status=80, municipality_code=None, blocks=[Block("fees", DAY)])
    strict = FILM._replace(min_age=50, excluded_groups=["Voksen"])
    assert outcome(everything, strict) == "not resident"
    assert outcome(replace(everything, registry_status=1), strict) == "no agreement"
    here = replace(everything, registry_status=1, municipality_code="0851")
    assert outcome(here, strict) == "blocked"
    assert outcome(replace(here, blocks=()), strict) == "too young"
    assert outcome(replace(here, blocks=()), strict._replace(min_age=None)) == "group excluded"
    assert outcome() == "granted"


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        (date(2011, 3, 3), date(2026, 3, 2), "too young"),
        (date(2011, 3, 3), date(2026, 3, 3), "granted"),
        (date(2008, 2, 29), date(2023, 2, 28), "too young"),
        (date(2008, 2, 29), date(2023, 3, 1), "granted"),
        (date(2008, 2, 29), date(2026, 2, 28), "granted"),
        (date(2008, 2, 29), date(2026, 3, 1), "too old"),
        (date(2008, 3, 3), date(2026, 3, 2), "granted"),
        (date(2008, 3, 3), date(2026, 3, 3), "too old"),
        (None, date(2026, 3, 3), "age unknown"),
    ],
)
def test_an_age_begins_and_ends_on_a_birthday(born: date | None, day: date, expected: str) -> None:
    assert outcome(replace(ANNA, birth_date=born), FILM._replace(min_age=15, max_age=17), day) == expected


def test_an_unknown_birth_date_fails_no_agreement_without_a_limit() -> None:
    assert outcome(replace(ANNA, birth_date=None)) == "granted"


def test_the_last_day_of_an_agreement_counts_in_full() -> None:
    until_today = FILM._replace(valid_to=DAY)
    assert outcome(agreement=until_today) == "granted"
    assert outcome(agreement=until_today, day=DAY + timedelta(days=1)) == "no agreement"


def test_grace_lasts_its_days_from_the_day_of_learning_and_stands_in_for_one_rule_alone() -> None:
    graced = FILM._replace(grace_days=3, max_age=40)
    away = replace(ANNA, municipality_code="0101", learnt_on=DAY - timedelta(days=1))
    right = decide(away, "film", [graced], HELD, DAY)
    assert right == Right(True, "grace", DAY, DAY + timedelta(days=2), "0851", DAY - timedelta(days=1))
    still = replace(away, learnt_on=None)
    assert decide(still, "film", [graced], right, DAY + timedelta(days=2)).outcome == "grace"
    assert decide(still, "film", [graced], right, DAY + timedelta(days=3)).outcome == "no agreement"
    blocked = decide(replace(still, blocks=[Block("fees", DAY)]), "film", [graced], right, DAY)
    assert blocked.outcome == "no agreement"
    assert decide(still, "film", [graced], blocked, DAY).outcome == "no agreement"
    assert decide(replace(away, birth_date=date(1980, 1, 1)), "film", [graced], HELD, DAY).outcome == "no agreement"
    assert decide(replace(away, registry_status=80), "film", [graced], HELD, DAY).outcome == "not resident"


def test_the_new_municipality_s_own_agreement_decides_and_an_agreement_that_ended_gives_no_grace() -> None:
    away = replace(ANNA, municipality_code="0101")
    there = Agreement("film", "0101", date(2020, 1, 1), min_age=60)
    graced = FILM._replace(grace_days=30)
    assert decide(away, "film", [graced, there], HELD, DAY).outcome == "too young"
    over = graced._replace(valid_to=DAY - timedelta(days=1))
    assert decide(away, "film", [over], HELD, DAY).outcome == "no agreement"
    assert decide(ANNA, "film", [over], HELD, DAY).outcome == "no agreement"


@settings(max_examples=examples(100), deadline=None)
@given(agreements=agreement_lists(), before=patrons, after=patrons, day=days, learnt_on=st.sampled_from([None, *DAYS]))
def test_what_is_decided_stays_decided_until_the_day_that_was_told(
    agreements: list[Agreement], before: Patron, after: Patron, day: date, learnt_on: date | None
) -> None:
    held = decide(before, "film", agreements, None, DAYS[0])
    right = decide(replace(after, learnt_on=learnt_on), "film", agreements, held, day)
    found = explain(after, "film", agreements, right, day)
    assert found.right == right
    for ahead in DAYS:
        if day < ahead < (found.may_change_on or date.max):
            assert decide(after, "film", agreements, right, ahead) == right


def test_since_stays_while_nothing_is_news() -> None:
    assert decide(ANNA, "film", [FILM], HELD, DAY).since == HELD.since
    assert decide(ANNA, "film", [FILM], None, DAY).since == DAY


def test_an_explanation_asks_no_limits_where_there_is_no_agreement() -> None:
    found = explain(replace(ANNA, municipality_code="0101"), "film", [FILM], None, DAY)
    assert [verdict.passes for verdict in found.verdicts] == [True, False, True, None, None]
    assert found.may_change_on is None


def test_an_explanation_knows_the_day_on_which_each_rule_may_turn() -> None:
    to = DAY + timedelta(days=9)
    agreement = FILM._replace(valid_to=to, max_age=35)
    ahead = replace(ANNA, blocks=[Block("fees", DAY + timedelta(days=5))])
    found = explain(ahead, "film", [agreement], None, DAY)
    days = [verdict.may_change_on for verdict in found.verdicts]
    assert days == [None, to + timedelta(days=1), DAY + timedelta(days=5), date(2026, 5, 1), None]
    assert found.may_change_on == DAY + timedelta(days=5)
    later = FILM._replace(valid_from=to)
    assert explain(ANNA, "film", [later], None, DAY).may_change_on == to
    child = replace(ANNA, birth_date=date(2011, 5, 1))
    young = explain(child, "film", [agreement._replace(min_age=15)], None, DAY)
    assert (young.right.outcome, young.may_change_on) == ("too young", to + timedelta(days=1))


def test_the_rules_are_declared_in_the_order_of_the_reference() -> None:
    assert net_media.RULES == ("residence", "agreement", "blocks", "age", "group")
    assert "Patron" in repr(ANNA) and "1990" not in repr(ANNA)
