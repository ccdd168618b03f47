"""The report of a night as one page of HTML that stands alone: no script, no request to anywhere.

The words are `flows.wording`'s, the frame `templates/night.html`. A table has a caption and heads that a screen reader
reads with each cell; a chart has the same numbers as a table beside it; no colour says what no word says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from markupsafe import Markup

from flows.observability.answer_times import BOUNDS, AnswerTimes
from flows.observability.hands import Hand
from flows.observability.redaction import mask
from flows.reporting.html import render
from flows.reporting.night_charts import bars, columns
from flows.reporting.night_facts import AGES, BEFORE, LISTED, Ages, Night
from flows.reporting.parts import question_line
from flows.reporting.retention_words import rules_with_numbers
from flows.reporting.standing import standing_runs
from flows.wording import Words
from mappers.local_days import COPENHAGEN
from mappers.municipalities import MUNICIPALITIES

_SIGNS = {"done": "✔", "waiting": "?", "failed": "✖"}
_POINTS = {"da": (".", ","), "en": (",", ".")}
"""How numbers are written: between thousands, and before decimals."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
_RULE = ("cut_off", "due", "removed", "held", "skipped", "overdue")


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people: its first column heads the rows; `numeric` are the columns that hold numbers, `days` days."""

    caption: str
    header: list[str]
    rows: list[list[str]]
    numeric: frozenset[int]
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, and the same as a table (None: it stands on the page already)."""

    title: str
    svg: Markup
    table: Table | None = None


@dataclass(slots=True)
class Section:
    """A part of the page."""

    name: str
    title: str
    texts: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """All that the frame puts in its places."""

    language: str
    title: str
    state: str
    sign: str
    light: str
    hands: list[Hand]
    sections: list[Section]
    made: str


def night_page(night: Night, said: Words, language: str, *, moment: datetime, database: str) -> str:
    """The page. `moment`: when it is made; `database`: which one it was made from, for people."""
    w = said["night"]
    writer = _Writer(night, said, language)
    page = Page(
        language=language,
        title=w["title"].format(day=night.day),
        state=night.state,
        sign=_SIGNS[night.state],
        light=w[f"light_{night.state}"],
        hands=[Hand(mask(hand.said), mask(hand.remedy)) for hand in night.hands],
        sections=writer.sections(),
        made=w["made"].format(moment=f"{moment.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}", database=database),
    )
    return render("night", page, said, "night")


class _Writer:
    """Writes the parts of one night in one language."""

    def __init__(self, night: Night, said: Words, language: str) -> None:
        self.night, self.said, self.w = night, said, said["night"]
        self._thousands, self._decimals = _POINTS[language]

    def sections(self) -> list[Section]:
        """All parts, in their order."""
        return [
            self._waits(),
            self._steps(),
            self._changes(),
            self._moves(),
            self._answers(),
            self._quarantine(),
            self._cases(),
            self._retention(),
        ]

    def _section(self, name: str, *texts: str) -> Section:
        return Section(name, self.w[name], list(texts))

    def _table(self, caption: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
        """A column is one of numbers where nothing else is in it."""
        numeric = {
            i
            for i in range(1, len(header))
            if any(isinstance(row[i], int | float) for row in rows)
            and all(row[i] is None or isinstance(row[i], int | float) for row in rows)
        }
        texts = [[self._cell(cell) for cell in row] for row in rows]
        days = {i for i in range(1, len(header)) if all(_DAY.fullmatch(row[i]) for row in texts if row[i])} - numeric
        return Table(caption, list(header), texts, frozenset(numeric), frozenset(days))

    def _cell(self, cell: object) -> str:
        if cell is None:
            return ""
        if isinstance(cell, int):
            return f"{cell:,}".replace(",", self._thousands)
        if isinstance(cell, float):
            return f"{cell}".replace(".", self._decimals)
        return mask(str(cell))

    def _waits(self) -> Section:
        w, night = self.w, self.night
        runs = sorted({question.run_id for question in night.questions})
        commands = ", ".join(f"patronsync approvals answer {run} apply|skip|abort" for run in runs)
        in_quarantine = sum(ages.total for ages in night.quarantine)
        rows = [
            (w["operator"], w["words_needed"].format(commands=commands), len(night.questions)),
            (w["staff"], w["cases_open"], sum(ages.total for ages in night.cases)),
            (w["registry"], w["in_quarantine"], in_quarantine),
            (w["next_night"], w["still_due"], night.standing.due.due),
        ]
        section = self._section("waits")
        if open_rows := [row for row in rows if row[-1]]:
            section.tables = [self._table(w["waits_caption"], [w["whom"], w["what"], w["how_many"]], open_rows)]
        else:
            section.texts = [w["nobody"]]
        section.texts += [question_line(question, self.said) for question in night.questions]
        return section

    def _steps(self) -> Section:
        section = self._section("steps")
        header, rows = standing_runs(self.night.standing, self.said)
        section.tables = [self._table(self.w["steps_caption"], header, rows)]
        return section

    def _changes(self) -> Section:
        w, changes = self.w, self.night.changes
        if not changes:
            return self._section("changes", w["changes_none"])
        section = self._section("changes")
        named = [(self.said.say("change", one.kind), one) for one in changes]
        header = [w[name] for name in ("kind", "tonight", "usual", "least", "most")]
        rows = [(label, one.tonight, one.usual, one.least, one.most) for label, one in named]
        section.tables = [self._table(w["changes_caption"].format(nights=BEFORE), header, rows)]
        pairs = [(label, (one.tonight, one.usual)) for label, one in named]
        drawn = bars("kinds", pairs, header[1:3], w["changes_chart"])
        section.figures = [Figure(w["changes_chart"], _drawn(drawn))]
        totals = self.night.totals
        if len(totals) > 1:
            by_day = columns(
                "totals", {f"{day:%m-%d}": number for day, number in totals.items()}, w["totals_chart"], every=5
            )
            table = self._table(w["totals_caption"], [w["day"], w["number"]], [list(item) for item in totals.items()])
            section.figures.append(Figure(w["totals_chart"], _drawn(by_day), table))
        return section

    def _moves(self) -> Section:
        w, moves = self.w, self.night.moves
        if not moves:
            return self._section("moves", w["moves_none"])
        section = self._section("moves")
        rows = [(self._municipality(one.left), self._municipality(one.came_to), one.patrons) for one in moves]
        section.tables = [self._table(w["moves_caption"], [w["left"], w["came_to"], w["patrons"]], rows)]
        return section

    def _municipality(self, code: str) -> str:
        if not code:
            return str(self.w["nowhere"])
        return f"{MUNICIPALITIES[code].name} ({code})" if code in MUNICIPALITIES else code

    def _answers(self) -> Section:
        w, answers = self.w, self.night.answers
        if not answers.number:
            return self._section("answers", w["answers_none"])
        before = self.night.answers_before
        section = self._section(
            "answers",
            w["answers_said"].format(
                number=self._cell(answers.number),
                half=self._within(answers, 0.5),
                most=self._within(answers, 0.95),
                half_before=self._within(before, 0.5),
                most_before=self._within(before, 0.95),
            ),
        )
        labels = [*(self._seconds(bound) for bound in BOUNDS), f"> {self._seconds(BOUNDS[-1])}"]
        classes = list(zip(labels, (number for _, number in answers.by_class()), strict=True))
        drawn = columns("times", dict(classes), w["answers_chart"], every=2)
        table = self._table(w["answers_caption"], [w["within"], w["look_ups"]], classes)
        section.figures = [Figure(w["answers_chart"], _drawn(drawn), table)]
        errors = [(code, number) for code, number in answers.outcomes.most_common() if code != "answered"]
        if errors:
            rows = [(self.said.say("outcome", code), number, before.outcomes[code]) for code, number in errors]
            header = [w["reason"], w["tonight"], w["errors_before"].format(nights=BEFORE)]
            section.tables = [self._table(w["errors_caption"], header, rows)]
        else:
            section.texts.append(w["errors_none"])
        return section

    def _within(self, answers: AnswerTimes, share: float) -> str:
        if not answers.number:
            return str(self.w["unknown"])
        bound = answers.within(share)
        words = self.w["beyond" if bound is None else "seconds"]
        return str(words.format(seconds=self._seconds(BOUNDS[-1] if bound is None else bound)))

    def _seconds(self, bound: float) -> str:
        return f"{bound:g}".replace(".", self._decimals)

    def _quarantine(self) -> Section:
        w, night = self.w, self.night
        if not night.quarantine:
            return self._section("quarantine", w["quarantine_none"])
        section = self._section("quarantine", *self._only_listed(night.quarantine))
        rows = [
            (one.patron_number, self.said.say("outcome", one.reason), one.detail, one.since, one.tries, one.next_due)
            for one in night.quarantined
        ]
        header = [w[name] for name in ("patron", "reason", "detail", "since", "tries", "next_try")]
        section.tables = [
            self._by_age(w["quarantine_caption"], night.quarantine, "outcome"),
            self._table(w["quarantined_caption"], header, rows),
        ]
        return section

    def _cases(self) -> Section:
        w, night = self.w, self.night
        if not night.cases:
            return self._section("cases", w["cases_none"])
        section = self._section("cases", *self._only_listed(night.cases))
        rows = [
            (str(one.case_number), one.patron_number, self.said.say("case_kind", one.kind), one.since)
            for one in night.listed_cases
        ]
        section.tables = [
            self._by_age(w["cases_caption"], night.cases, "case_kind"),
            self._table(w["listed_cases_caption"], [w[name] for name in ("case", "patron", "kind", "since")], rows),
        ]
        return section

    def _only_listed(self, ages: Sequence[Ages]) -> list[str]:
        return [self.w["listed"].format(size=LISTED)] if sum(one.total for one in ages) > LISTED else []

    def _by_age(self, caption: str, ages: Sequence[Ages], section: str) -> Table:
        w = self.w
        heads = [w["age"].format(first=first, last=beyond - 1) for first, beyond in pairwise(AGES)]
        header = [w["kind"], *heads, w["age_last"].format(first=AGES[-1]), w["total"]]
        rows = [(self.said.say(section, one.code), *one.numbers, one.total) for one in ages]
        return self._table(caption, header, rows)

    def _retention(self) -> Section:
        w, outcomes = self.w, self.night.outcomes
        if not outcomes:
            return self._section("retention", w["retention_none"])
        overdue = {rule: outcome.overdue for rule, outcome in outcomes.items() if outcome.overdue}
        proof = w["proof_bad"].format(rules=rules_with_numbers(overdue)) if overdue else w["proof_ok"]
        section = self._section("retention", proof)
        r = self.said["retention"]
        rows = [
            (self.said.say("retention_what", rule), *(getattr(outcome, name) for name in _RULE))
            for rule, outcome in outcomes.items()
        ]
        section.tables = [self._table(w["retention_caption"], [r["rule"], *(r[name] for name in _RULE)], rows)]
        return section


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # drawn from numbers and our own words, escaped by lxml
