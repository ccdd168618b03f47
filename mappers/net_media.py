"""Who may use a net-media service on a day, and why not (docs/reference/rules.md, "Net media").

`RULES` is the order in which the rules are asked and `REASONS` what each may answer; the statement
`db/net_media/decide_rights.sql` takes both from here, and a property test holds it against `decide`.
`explain` tells the same rule by rule, for the desk, with the day on which each may turn out otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from mappers.coming_of_age import birthday
from mappers.municipalities import GREENLAND as IN_GREENLAND
from mappers.municipalities import MUNICIPALITIES
from mappers.status import ANNULLED, DENMARK, EFFECTS

RESIDENCE = "residence"
AGREEMENT = "agreement"
BLOCKS = "blocks"
AGE = "age"
GROUP = "group"

NOT_RESIDENT = "not resident"
NO_AGREEMENT = "no agreement"
BLOCKED = "blocked"
AGE_UNKNOWN = "age unknown"
TOO_YOUNG = "too young"
TOO_OLD = "too old"
GROUP_EXCLUDED = "group excluded"
GRACE = "grace"

REASONS: Mapping[str, tuple[str, ...]] = {
    RESIDENCE: (NOT_RESIDENT,),
    AGREEMENT: (NO_AGREEMENT,),
    BLOCKS: (BLOCKED,),
    AGE: (AGE_UNKNOWN, TOO_YOUNG, TOO_OLD),
    GROUP: (GROUP_EXCLUDED,),
}
"""Rule -> the reasons for which it fails."""

RULES: tuple[str, ...] = tuple(REASONS)
"""The rules, in the order in which they are asked: the first that fails is the reason on record."""

GRANTED = "granted"

OUTCOMES: tuple[str, ...] = (GRANTED, GRACE, *(reason for reasons in REASONS.values() for reason in reasons))
"""What a right may come to."""

RESIDENT_STATUSES: tuple[int, ...] = tuple(status for status, effect in EFFECTS.items() if effect.resident == DENMARK)
"""Statuses of residents in Denmark, whatever the municipality."""

SAYS_NOTHING = ANNULLED
"""The status under which, as under none, the municipality on record says who is resident."""

DANISH_CODES: tuple[str, ...] = tuple(code for code, listed in MUNICIPALITIES.items() if listed.kind != IN_GREENLAND)
"""The codes of Danish municipalities, Christiansø among them."""


class Agreement(NamedTuple):
    """By which terms the residents of a municipality may use a service. `valid_to`: the last day, None for no end."""

    service: str
    municipality_code: str
    valid_from: date
    valid_to: date | None = None
    min_age: int | None = None
    max_age: int | None = None
    excluded_groups: Collection[str] = ()
    grace_days: int = 0

    def in_force_on(self, day: date) -> bool:
        """Whether the agreement holds on the day; its last day counts in full."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its reason, and the first day."""

    reason: str
    since: date


@dataclass(frozen=True, slots=True, repr=False)
class Patron:
    """What of a patron a right hangs on. `learnt_on`: the run's day on which a move was learnt that is not decided on
    yet, None where there is none or nobody knows."""

    registry_status: int | None = None
    municipality_code: str | None = None
    birth_date: date | None = None
    patron_group: str | None = None
    blocks: Sequence[Block] = ()
    learnt_on: date | None = None

    def __repr__(self) -> str:
        return "<Patron>"


class Right(NamedTuple):
    """A patron's right to a service. `reason`: None where it is granted without grace. `until`: a grace's last day.

    `municipality_code`: by whose agreement it is granted. `left_on`: the day on which it was learnt that the patron had
    moved out of there.
    """

    granted: bool
    reason: str | None
    since: date
    until: date | None = None
    municipality_code: str | None = None
    left_on: date | None = None

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        return self.reason or GRANTED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. `passes`: None where it was not asked (no agreement, so no limits either).

    `reason`: why it fails, or `grace`. `may_change_on`: the next day on which dates alone may turn it, None for none.
    """

    rule: str
    passes: bool | None
    reason: str | None = None
    may_change_on: date | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The right to a service, rule by rule in the order of `RULES`."""

    right: Right
    verdicts: Sequence[Verdict] = field(default_factory=tuple)

    @property
    def may_change_on(self) -> date | None:
        """The next day on which dates alone may make it another right, or refuse it for another reason: rules that are
        asked after the one that fails say nothing of that."""
        failing = next((place for place, verdict in enumerate(self.verdicts, 1) if verdict.passes is False), None)
        return min((one.may_change_on for one in self.verdicts[:failing] if one.may_change_on), default=None)


def is_resident(registry_status: int | None, municipality_code: str | None) -> bool:
    """Whether somebody is resident in Denmark; where the registry says nothing, by the municipality on record."""
    if registry_status is None or registry_status == SAYS_NOTHING:
        return municipality_code in DANISH_CODES
    return registry_status in RESIDENT_STATUSES


def in_force(
    agreements: Sequence[Agreement], service: str, municipality_code: str | None, day: date
) -> Agreement | None:
    """The agreement by which residents of the municipality may use the service on the day.

    The set form is db/net_media/resolve_agreements.sql.
    """
    found = [
        agreement
        for agreement in agreements
        if (agreement.service, agreement.municipality_code) == (service, municipality_code)
        and agreement.in_force_on(day)
    ]
    return max(found, key=lambda agreement: agreement.valid_from, default=None)


def decide(
    patron: Patron,
    service: str,
    agreements: Sequence[Agreement],
    held: Right | None,
    today: date,
    not_barring: Collection[str] = (),
) -> Right:
    """The right to a service today. The set form is db/net_media/decide_rights.sql.

    `held`: the right as it was last decided. `not_barring`: the reasons of blocks that do not bar.
    """
    return explain(patron, service, agreements, held, today, not_barring).right


def explain(
    patron: Patron,
    service: str,
    agreements: Sequence[Agreement],
    held: Right | None,
    today: date,
    not_barring: Collection[str] = (),
) -> Explanation:
    """The right to a service today, and what each rule says of it."""
    own = in_force(agreements, service, patron.municipality_code, today)
    former, left_on, until = (None, None, None) if own else _grace(patron, service, agreements, held, today)

    def ask(former: Agreement | None) -> list[Verdict]:
        agreement = own or former
        return [
            Verdict(RESIDENCE, *_residence(patron)),
            _agreement(patron, service, agreements, own, former, until, today),
            _blocks(patron, today, not_barring),
            _age(patron, agreement, today),
            _group(patron, agreement),
        ]

    verdicts = ask(former)
    if former and any(verdict.passes is False for verdict in verdicts):
        former = None  # another rule that fails ends a grace for good: from now on there is no agreement
        verdicts = ask(former)
    assert tuple(verdict.rule for verdict in verdicts) == RULES
    agreement = own or former
    failing = next((verdict.reason for verdict in verdicts if verdict.passes is False), None)
    granted = failing is None and agreement is not None
    reason = failing if not granted else GRACE if former else None
    since = held.since if held and (held.granted, held.reason) == (granted, reason) else today
    if not granted or agreement is None:
        right = Right(False, reason, since)
    else:
        right = Right(True, reason, since, until, agreement.municipality_code, left_on)
    return Explanation(right, verdicts)


def _grace(
    patron: Patron, service: str, agreements: Sequence[Agreement], held: Right | None, today: date
) -> tuple[Agreement | None, date | None, date | None]:
    """The agreement out of which the patron has moved while grace stands in for rule `agreement`, since when, until."""
    nothing = (None, None, None)
    if held is None or not held.granted or held.municipality_code == patron.municipality_code:
        return nothing
    former = in_force(agreements, service, held.municipality_code, today)
    if former is None or not former.grace_days:
        return nothing
    left_on = held.left_on or min(patron.learnt_on or today, today)
    until = left_on + timedelta(days=former.grace_days)
    return (former, left_on, until) if today <= until else nothing


def _residence(patron: Patron) -> tuple[bool, str | None]:
    passes = is_resident(patron.registry_status, patron.municipality_code)
    return passes, None if passes else NOT_RESIDENT


def _agreement(
    patron: Patron,
    service: str,
    agreements: Sequence[Agreement],
    own: Agreement | None,
    former: Agreement | None,
    until: date | None,
    today: date,
) -> Verdict:
    if own is not None:
        return Verdict(AGREEMENT, True, None, _day_after(own.valid_to))
    begins = [
        agreement.valid_from
        for agreement in agreements
        if (agreement.service, agreement.municipality_code) == (service, patron.municipality_code)
        and agreement.valid_from > today
    ]
    if former is None:
        return Verdict(AGREEMENT, False, NO_AGREEMENT, min(begins, default=None))
    ends = [day for day in (_day_after(until), _day_after(former.valid_to)) if day]
    return Verdict(AGREEMENT, True, GRACE, min([*begins, *ends], default=None))


def _blocks(patron: Patron, today: date, not_barring: Collection[str]) -> Verdict:
    barring = [block.since for block in patron.blocks if block.reason not in not_barring]
    if any(since <= today for since in barring):
        return Verdict(BLOCKS, False, BLOCKED)
    return Verdict(BLOCKS, True, None, min(barring, default=None))


def _age(patron: Patron, agreement: Agreement | None, today: date) -> Verdict:
    if agreement is None:
        return Verdict(AGE, None)
    if agreement.min_age is None and agreement.max_age is None:
        return Verdict(AGE, True)
    if patron.birth_date is None:
        return Verdict(AGE, False, AGE_UNKNOWN)
    if agreement.min_age is not None and today < (begins := birthday(patron.birth_date, agreement.min_age)):
        return Verdict(AGE, False, TOO_YOUNG, begins)
    if agreement.max_age is None:
        return Verdict(AGE, True)
    over = birthday(patron.birth_date, agreement.max_age + 1)
    return Verdict(AGE, False, TOO_OLD) if over <= today else Verdict(AGE, True, None, over)


def _group(patron: Patron, agreement: Agreement | None) -> Verdict:
    if agreement is None:
        return Verdict(GROUP, None)
    excluded = patron.patron_group is not None and patron.patron_group in agreement.excluded_groups
    return Verdict(GROUP, not excluded, GROUP_EXCLUDED if excluded else None)


def _day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + timedelta(days=1)
