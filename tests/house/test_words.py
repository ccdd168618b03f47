"""Every code that people may read has its words, in both languages (flows/wording)."""

from __future__ import annotations

import re
import tomllib
from itertools import chain

import pytest

import cpr_client.errors as client_errors
from cpr_client.person import STATUSES
from db import roles
from db.feed import store as feed
from db.guardians import links
from flows.consumers import webhook
from flows.observability import certificate, hands, notices
from flows.steps import applying, guardian_answers
from flows.wording import LANGUAGES, words
from mappers import (
    address_kinds,
    blocks,
    cases,
    changes,
    custody,
    events,
    guardian,
    inventory,
    net_media,
    night,
    plausibility,
    quarantine,
    record,
    retention,
    subject_access,
)
from mappers.extracts import EXTRACTS
from mappers.extracts.faults import ExtractErrorKind, Fault
from mappers.extracts.patrons import EVENT_OF_FIELD
from mappers.extracts.remarks import Remark
from tests.house.tree import under

OUTCOMES = {guardian.SAME_PERSON, record.FIRST_ANSWER, record.CHANGED, record.UNCHANGED, *quarantine.REASONS}


def failure_codes() -> set[str]:
    """The codes of look-ups that failed, as the client counts them: those of its errors that no quarantine is for."""
    errors = [
        error
        for error in vars(client_errors).values()
        if isinstance(error, type) and issubclass(error, client_errors.TryAgainLater | client_errors.OperatorMustAct)
    ]
    return {error.code for error in errors if not error.__subclasses__()}


OTHER_BRAKES = (
    plausibility.LINKS_ENDED,
    plausibility.RIGHTS_REVOKED,
    plausibility.RETENTION_REMOVED,
    plausibility.PATRONS_GONE,
)

SHOWN = {table for row in inventory.ROWS if row.is_shown for table in row.tables}
COLUMNS = {column for table in SHOWN for column in subject_access.columns_of(table)}
PURPOSES = {applying.PURPOSE, applying.DRY_PURPOSE, guardian_answers.PURPOSE, guardian_answers.DRY_PURPOSE}

CODES = {
    "case": set(cases.KINDS),
    "case_closed": {cases.UNCERTAIN_BIRTH_DATE, "any"},
    "case_guardian": {*custody.KINDS, "signed", "patron"},
    "case_kind": set(cases.KINDS),
    "outcome": OUTCOMES | failure_codes(),
    "change": set(events.KINDS),
    "brake": {line.code for line in (*plausibility.LINES, *OTHER_BRAKES)},
    "net_media_outcome": set(net_media.OUTCOMES),
    "net_media_because": set(net_media.OUTCOMES) - {net_media.GRANTED},
    "net_media_passes": set(net_media.RULES),
    "net_media_not_asked": set(net_media.RULES),
    **{section: {rule.name for rule in retention.RULES} for section in ("retention_what", "retention_basis")},
    **{section: set(inventory.BY_KEY) for section in ("inventory_term", "inventory_what", "inventory_why")},
    "inventory_role": set(roles.NAMES),
    "inventory_part": set(inventory.PARTS),
    "inventory_source": set(inventory.SOURCES),
    "inventory_end": set(inventory.OTHER_ENDS),
    "inventory_left_out": set(inventory.LEFT_OUT),
    "retention_clock": {rule.basis for rule in retention.RULES},
    "retention_period": {few + rule.unit for rule in retention.RULES for few in ("", "one ", "no ")},
    **{section: set(feed.PROBLEMS.values()) for section in ("feed_problem", "feed_problem_remedy")},
    "feed_undelivered": set(webhook.REASONS),
    "address": set(address_kinds.KINDS),
    "status": {str(status) for status in STATUSES},
    "reject": {fault.value for fault in Fault},
    "reject_remedy": {fault.value for fault in Fault},
    "extract": {kind.value for kind in ExtractErrorKind},
    **{section: set(certificate.CODES) for section in certificate.SECTIONS},
    **{section: set(hands.CODES) for section in hands.SECTIONS},
    "flow": {step.name for step in night.STEPS},
    "run_state": {*hands.BAD_ENDS, "running", "done", "waiting"},
    "nightly_reason": set(night.REASONS),
    "nightly_done": {*(step.name for step in night.STEPS), f"{night.RETENTION}, dry run"},
    **{section: set(notices.CODES) for section in notices.SECTIONS},
    "answer_table": SHOWN - {subject_access.PERSON},
    "answer_column": COLUMNS,
    "answer_field": {*EVENT_OF_FIELD, *changes.PROTECTED, *chain(*links.FIELDS.values())} - COLUMNS,
    "answer_value": {*blocks.SOURCES, *blocks.REGISTRY_REASONS, *PURPOSES, *cases.ClosingWord, subject_access.REASON},
    "answer_other": {*custody.KINDS, "signed", "child", "patron"},
    "answer_going": set(subject_access.GOING),
    "answer_left_out": set(subject_access.left_out_codes()),
    "answer_put_right": set(inventory.SOURCES),
    "extract_kind": set(EXTRACTS),
    "remark": {remark.value for remark in Remark},
    "extract_remedy": {kind.value for kind in ExtractErrorKind},
}
"""Section of the wording -> the codes that must have words in it."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", CODES)
def test_every_code_has_its_words(section, language):
    said = words(language)
    assert not CODES[section] - set(said[section])
    assert all(str(said[section][code]).strip() for code in CODES[section])


def test_no_section_stands_in_two_files():
    for language in LANGUAGES:
        stands = [
            section
            for path in under("flows", suffix=".toml")
            if path.name.endswith(f"{language}.toml")
            for section in tomllib.loads(path.read_text(encoding="utf-8"))
        ]
        assert len(stands) == len(set(stands)) == len(words(language))


def test_both_languages_have_the_same_codes():
    danish, english = (words(language) for language in ("da", "en"))
    assert {section: set(danish[section]) for section in danish} == {
        section: set(english[section]) for section in english
    }


def test_both_languages_put_in_the_same_values():
    danish, english = (words(language) for language in ("da", "en"))
    differ = [
        f"[{section}] {code}"
        for section in english
        for code in english[section]
        if _values(danish[section][code]) != _values(english[section][code])
    ]
    assert differ == []


def _values(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))
