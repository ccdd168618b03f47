"""What is declared once: kinds of events, of cases, of addresses, reasons, municipalities."""

from __future__ import annotations

import pytest

from mappers import address_kinds, blocks, cases, events, municipalities, quarantine


def test_the_kinds_of_events_are_those_of_the_rules_in_their_order():
    assert events.KINDS == (
        "patron.added",
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.protection",
        "patron.cpr_number",
        "patron.block",
        "patron.group",
        "patron.contact",
        "patron.absence",
        "patron.branch",
        "guardian.linked",
        "guardian.ended",
        "guardian.case",
        "net_media.granted",
        "net_media.revoked",
        "patron.deleted",
    )


def test_the_kinds_of_cases_are_those_of_the_rules():
    assert set(cases.KINDS) == {
        "no holder of custody",
        "unknown holder",
        "guardian not found",
        "guardian deceased",
        "guardian disappeared",
        "guardian is a minor",
        "guardian not confirmed",
        "uncertain birth date",
        "duplicate patron",
    }


def test_the_feed_is_told_of_every_case_but_that_of_a_duplicate_patron():
    assert set(cases.KINDS) - set(cases.ABOUT_GUARDIANS) == {cases.DUPLICATE_PATRON}


def test_every_word_that_closes_a_case_has_its_meaning():
    assert set(cases.MEANING_OF_WORD) == set(cases.ClosingWord)


@pytest.mark.parametrize("declared", [events.EVENT_KINDS, cases.CASE_KINDS, tuple(cases.MEANING_OF_WORD.items())])
def test_each_kind_is_declared_once_with_its_meaning_in_one_line(declared):
    codes = [kind for kind, _ in declared]
    assert len(codes) == len(set(codes))
    assert all(meaning and "\n" not in meaning for _, meaning in declared)


def test_the_reasons_of_quarantine_are_those_that_operators_read():
    assert set(quarantine.REASONS) == {
        "not found",
        "number annulled",
        "duplicate patron",
        "successor circle",
        "malformed",
        "mismatched",
        "implausible",
    }


def test_the_kinds_of_addresses_are_those_that_operators_read():
    kinds = {"residential", "contact", "administrative", "foreign", "last known", "as imported", "none"}
    assert set(address_kinds.KINDS) == kinds


def test_the_registry_s_blocks_are_two():
    assert set(blocks.REGISTRY_REASONS) == {"deceased", "number annulled"}


def test_the_published_list_has_98_municipalities_christiansoe_and_seven_of_greenland():
    counted = [municipality.kind for municipality in municipalities.MUNICIPALITIES.values()]
    assert {kind: counted.count(kind) for kind in set(counted)} == {"municipality": 98, "other": 1, "Greenland": 7}
    assert all(len(code) == 4 and code.isdigit() for code in municipalities.MUNICIPALITIES)
    assert all(name == name.strip() and name for _, name, _ in municipalities.MUNICIPALITIES.values())


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("0851", "Aalborg", "municipality"),
        ("0101", "København", "municipality"),
        ("0411", "Christiansø", "other"),
        ("0961", "Udenfor kommunal inddeling i Grønland", "Greenland"),
    ],
)
def test_a_listed_municipality_has_a_name_and_a_kind(code, name, kind):
    assert municipalities.MUNICIPALITIES[code] == (code, name, kind)
    assert municipalities.is_listed(code)
    assert {listed.kind for listed in municipalities.MUNICIPALITIES.values()} == set(municipalities.KINDS)


@pytest.mark.parametrize("code", ["0019", "0850", "9999"])
def test_an_unlisted_code_is_no_municipality(code):
    assert not municipalities.is_listed(code)


def test_municipality_codes_are_padded_to_four_digits_and_zero_is_none():
    assert [municipalities.stored_code(number) for number in (851, 0, None, 7)] == ["0851", None, None, "0007"]
