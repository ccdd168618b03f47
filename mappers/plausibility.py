"""Whether a run's answers are plausible: declared lines, a tally, a verdict (docs/reference/rules.md, "Plausibility").

Counted apart are patrons of whom the registry has spoken before (`known`) and first answers
(`first`), so that a first load is no alarm. A line counts news alone: a death, or a number that is
not found, counts in the answer that tells it, not again each time the same patron is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from mappers import events, quarantine
from mappers.changes import Changes
from mappers.protection import protected_on
from mappers.record import Decision, PatronRecord
from mappers.status import DEAD as DEAD_STATUS

Population = Literal["known", "first", "links", "rights", "patrons", "rows"]

FROM_ANSWERS = 200
"""No verdict on a population before so many answers of it, where no setting says otherwise."""


class Line(NamedTuple):
    """One line: the key its setting is named after, what it counts, the default limit, whom it counts.

    `key` in capitals is the end of the setting `PATRONSYNC_BRAKE_...`; `limit_percent` may be
    reached, not passed.
    """

    key: str
    code: str
    limit_percent: float
    population: Population


DEAD = Line("dead_percent", "dead", 0.5, "known")
NOT_FOUND = Line("not_found_percent", "not found", 1.0, "known")
UNUSABLE = Line("malformed_or_mismatched_percent", "malformed or mismatched", 1.0, "known")
NEWLY_PROTECTED = Line("newly_protected_percent", "newly protected", 1.0, "known")
NUMBER_CHANGED = Line("number_changed_percent", "number changed", 0.5, "known")
NAME_CHANGED = Line("name_changed_percent", "name changed", 5.0, "known")
LEFT_THE_MUNICIPALITY = Line("left_the_municipality_percent", "left the municipality", 5.0, "known")
ADDRESS_CHANGED = Line("address_changed_percent", "address changed", 20.0, "known")
FIRST_DEAD = Line("first_dead_percent", "dead", 5.0, "first")
FIRST_NOT_FOUND = Line("first_not_found_percent", "not found", 5.0, "first")
FIRST_UNUSABLE = Line("first_malformed_or_mismatched_percent", "malformed or mismatched", 1.0, "first")

LINES: tuple[Line, ...] = (
    DEAD,
    NOT_FOUND,
    UNUSABLE,
    NEWLY_PROTECTED,
    NUMBER_CHANGED,
    NAME_CHANGED,
    LEFT_THE_MUNICIPALITY,
    ADDRESS_CHANGED,
    FIRST_DEAD,
    FIRST_NOT_FOUND,
    FIRST_UNUSABLE,
)
"""All lines, in the order in which alarms are shown."""

LINKS_ENDED = Line("guardian_links_ended_percent", "guardian links ended", 5.0, "links")
"""The guardians' own brake: of all links that stood when the run began, those that end in it."""

LINKS_FROM = 50
"""So many links may end in a run whatever their share, where no setting says otherwise."""

RIGHTS_REVOKED = Line("net_media_revoked_percent", "net media rights revoked", 5.0, "rights")
"""The brake of net media: of all rights to one service that stood when the run began, those that it revokes."""

RIGHTS_FROM = 50
"""So many rights to one service may be revoked in a run whatever their share, where no setting says otherwise."""

PATRONS_GONE = Line("patrons_gone_percent", "patrons gone", 2.0, "patrons")
"""The brake of a file that is the whole register: of all patrons who stood before it, those who are not in it."""

PATRONS_GONE_FROM = 50
"""So many patrons may be gone at once whatever their share, where no setting says otherwise."""

RETENTION_REMOVED = Line("retention_removed_percent", "rows removed", 20.0, "rows")
"""The brake of retention: of all rows of a rule's tables, those that the rule would remove in a run."""

RETENTION_FROM = 1000
"""So many rows a rule may remove in a run whatever their share, where no setting says otherwise."""

DEFAULT_LIMITS: dict[str, float] = {line.key: line.limit_percent for line in LINES}
"""Key -> limit in percent, where no setting says otherwise."""

_UNUSABLE_REASONS = frozenset({quarantine.MALFORMED, quarantine.MISMATCHED})


def answer_shares(before: PatronRecord, after: PatronRecord, found: Changes, today: date) -> frozenset[str]:
    """The lines in which an answer that was applied counts.

    `found`: the events it made. A first answer counts in the lines of first answers alone.
    """
    died = after.registry_status == DEAD_STATUS and before.registry_status != DEAD_STATUS
    if not before.spoken_of:
        return frozenset({FIRST_DEAD.key}) if died else _NONE
    if not found:
        return _NONE
    counted = {
        DEAD.key: died,
        NEWLY_PROTECTED.key: events.PROTECTION in found and bool(protected_on(after, today)),
        NUMBER_CHANGED.key: events.CPR_NUMBER in found,
        NAME_CHANGED.key: "name" in found.get(events.NAME, ()),
        LEFT_THE_MUNICIPALITY.key: events.MUNICIPALITY in found and before.municipality_code is not None,
        ADDRESS_CHANGED.key: events.ADDRESS in found,
    }
    return frozenset(key for key, counts in counted.items() if counts)


def quarantine_shares(reason: str, open_reason: str | None, first: bool) -> frozenset[str]:
    """The lines in which an answer that was not applied counts.

    None where the patron was in quarantine for that already (`open_reason`): that is no news.
    """
    if reason == quarantine.NOT_FOUND and open_reason != reason:
        return frozenset({(FIRST_NOT_FOUND if first else NOT_FOUND).key})
    if reason in _UNUSABLE_REASONS and open_reason not in _UNUSABLE_REASONS:
        return frozenset({(FIRST_UNUSABLE if first else UNUSABLE).key})
    return _NONE


_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """The answers of a run so far, per population, and how many of them each line counts."""

    answers: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, decisions: Iterable[Decision]) -> None:
        """Counts these decisions in. Who is put aside by an operator's word was not answered about."""
        for decision in decisions:
            if decision.outcome == quarantine.IMPLAUSIBLE:
                continue
            population = "first" if decision.first else "known"
            self.answers[population] = self.answers.get(population, 0) + 1
            for key in decision.shares:
                self.counts[key] = self.counts.get(key, 0) + 1

    def with_batch(self, decisions: Iterable[Decision]) -> Tally:
        """A new tally with these decisions counted in: what the run would be with this batch applied."""
        together = Tally(dict(self.answers), dict(self.counts))
        together.add(decisions)
        return together


@dataclass(frozen=True, slots=True)
class Alarm:
    """A line that was passed: how many of how many, and the limit in percent. `part`: of which service or rule."""

    line: Line
    count: int
    answers: int
    limit_percent: float
    part: str | None = None

    @property
    def rule(self) -> str:
        """Names the brake in `sync.approval`: one of each service or rule may hold."""
        return self.line.key if self.part is None else f"{self.line.key}: {self.part}"

    @property
    def percent(self) -> float:
        """The share, in percent."""
        return 100 * self.count / self.answers

    def as_counts(self) -> dict[str, Any]:
        """For `sync.approval` and reports: codes and numbers alone."""
        return {
            "line": self.line.key,
            "code": self.line.code,
            "population": self.line.population,
            "count": self.count,
            "answers": self.answers,
            "percent": round(self.percent, 2),
            "limit_percent": self.limit_percent,
            **({} if self.part is None else {"part": self.part}),
        }


def verdict(
    tally: Tally, limits: Mapping[str, float] = DEFAULT_LIMITS, from_answers: int = FROM_ANSWERS
) -> list[Alarm]:
    """The lines that the tally passes, in the order of `LINES`; empty: plausible.

    `limits`: key -> percent; a key that is not there has its default. A line speaks from
    `from_answers` answers of its own population on.
    """
    alarms = []
    for line in LINES:
        answers = tally.answers.get(line.population, 0)
        count = tally.counts.get(line.key, 0)
        limit = limits.get(line.key, line.limit_percent)
        # Decimal, so that 0.07 % of 10,000 is exactly 7 and no alarm at 7.
        if answers >= from_answers and 100 * count > Decimal(str(limit)) * answers:
            alarms.append(Alarm(line, count, answers, limit))
    return alarms


def links_verdict(ended: int, stood: int, limit_percent: float, more_than: int) -> list[Alarm]:
    """The guardians' brake: an alarm where `ended`, of the links that `stood`, pass the share and the number."""
    if ended > more_than and 100 * ended > Decimal(str(limit_percent)) * stood:
        return [Alarm(LINKS_ENDED, ended, stood, limit_percent)]
    return []


def rights_verdict(service: str, revoked: int, stood: int, limit_percent: float, more_than: int) -> list[Alarm]:
    """The brake of net media: an alarm where `revoked`, of the rights that `stood`, pass the share and the number."""
    if revoked > more_than and 100 * revoked > Decimal(str(limit_percent)) * stood:
        return [Alarm(RIGHTS_REVOKED, revoked, stood, limit_percent, service)]
    return []


def gone_verdict(gone: int, stood: int, limit_percent: float, more_than: int) -> list[Alarm]:
    """The brake of a whole register: an alarm where `gone`, of all who `stood`, pass the share and the number."""
    if gone > more_than and 100 * gone > Decimal(str(limit_percent)) * stood:
        return [Alarm(PATRONS_GONE, gone, stood, limit_percent)]
    return []


def retention_verdict(rule: str, removed: int, rows: int, limit_percent: float, more_than: int) -> list[Alarm]:
    """The brake of retention: an alarm where a rule would remove `removed` of `rows`, past the share and the number."""
    if removed > more_than and 100 * removed > Decimal(str(limit_percent)) * rows:
        return [Alarm(RETENTION_REMOVED, removed, rows, limit_percent, rule)]
    return []
