"""A brake asks, an operator answers (docs/explanation/brakes.md).

The word lives in `sync.approval` alone. The form in Prefect's UI and `patronsync approvals answer`
only write it. The run of a deployment suspends itself: its process ends, and resumed it starts from
the top. A run of the command line ends, and the next `patronsync refresh` goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import psycopg
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from db.runs import store
from db.runs.store import Question, Word
from flows.errors import UserError
from mappers.plausibility import Alarm

FORM_KEY = "word"

COMMANDS = {
    "registry-refresh": "patronsync refresh",
    "guardian-links": "patronsync guardians",
    "net-media-eligibility": "patronsync net-media",
    "extract-import": "patronsync import patrons FILE.csv --complete",
    "retention-cleanup": "patronsync retention",
    "nightly": "patronsync nightly",
}
"""Flow -> the command that goes on with a run of it."""


class OperatorsWord(RunInput):
    """The form that Prefect's UI shows for a run that waits."""

    word: Literal["apply", "skip", "abort"] = Field(
        default="abort",
        title="What shall become of what is held?",
        description=(
            "apply: the figures are right; this brake is off for the rest of the run, "
            "and a batch that is held is looked up again. "
            "skip: leave it out of this run (patrons of a batch are quarantined until tomorrow) and go on. "
            "abort: end the run; what was not applied stays due."
        ),
    )


class BrakeHeld(Exception):
    """What is about to be applied is implausible: nothing of it is, before an operator's word. `held`: its patrons."""

    def __init__(self, alarms: list[Alarm], held: Sequence[str] = ()) -> None:
        super().__init__("; ".join(alarm.rule for alarm in alarms))
        self.alarms = alarms
        self.held = list(held)


class WaitsForWord(UserError):
    """The run waits for an operator's word and this process ends (exit code 3)."""

    exit_code = 3

    def __init__(self, run_id: int, flow: str) -> None:
        super().__init__(
            f"Run {run_id} waits for an operator's word.",
            f"Say: patronsync approvals answer {run_id} apply|skip|abort\nthen: {COMMANDS[flow]}",
        )


class Aborted(UserError):
    """An operator, or nobody within the time, has ended the run."""

    def __init__(self, run_id: int, message: str) -> None:
        super().__init__(f"Run {run_id} is {message}.", "What it had not applied is still due: start a new run.")


@dataclass(slots=True)
class GoingOn:
    """A run that goes on after a word: `released` brakes, and the patrons `held` whom `skip` puts aside.

    `asked`: all its questions, with the words given.
    """

    run_id: int
    word: Word
    released: set[str] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)

    def parts(self, word: Word) -> set[str]:
        """The services, or rules, to which this word was given."""
        return {question.counts["part"] for question in self.asked if question.word == word}


def ask(connection: psycopg.Connection, run_id: int, flow: str, alarms: list[Alarm], held: list[str]) -> None:
    """Writes a question for each brake that was pulled.

    A run that holds a whole rule or service, and no batch, asks about the same as one that waits already, which ends.
    """
    if not held:
        store.end_superseded(connection, flow, run_id)
    for alarm in alarms:
        store.ask(connection, run_id, flow, alarm.rule, alarm.as_counts(), held)


def wait_for_word(connection: psycopg.Connection, run_id: int, hours: float, *, deployed: bool) -> None:
    """Suspends the run of a deployment, or, resumed, writes the word that the form brought.

    Raises `WaitsForWord` for a run of the command line, `Aborted` for one that has ended since. Returns only when there
    is a word.
    """
    open_questions = store.questions(connection, run_id=run_id, open_only=True)
    if not open_questions:
        _raise_if_ended(connection, run_id)
        return
    if not deployed:
        raise WaitsForWord(run_id, open_questions[0].flow)
    form = OperatorsWord.with_initial_data(description=_question_text(open_questions))
    key = f"{FORM_KEY}-{open_questions[-1].approval_id}"
    answered = suspend_flow_run(wait_for_input=form, timeout=int(hours * 3600), key=key)
    store.answer(connection, run_id, answered.word, "Prefect")


def go_on_with(
    connection: psycopg.Connection,
    run_id: int,
    flow_run_id: UUID | None,
    hours: float,
    *,
    deployed: bool,
    night: int | None = None,
) -> GoingOn:
    """Takes up a run that waited, as a step of `night` where it is one. Raises `WaitsForWord` or `Aborted`.

    Of several words `abort` counts: it ends the run.
    """
    _raise_if_ended(connection, run_id)
    wait_for_word(connection, run_id, hours, deployed=deployed)
    asked = store.questions(connection, run_id=run_id)
    latest = [question for question in asked if question.held == asked[0].held]
    ending = next((question for question in latest if question.word in ("abort", None)), None)
    if ending is not None:
        store.end_waiting(connection, run_id, f"aborted: by {ending.answered_by}")
        raise Aborted(run_id, f"aborted: by {ending.answered_by}")
    if not store.take_run(connection, run_id):
        raise WaitsForWord(run_id, asked[0].flow)
    store.go_on(connection, run_id, flow_run_id, night)
    word = latest[0].word
    assert word is not None
    return GoingOn(
        run_id=run_id,
        word=word,
        released={question.rule for question in asked if question.word == "apply"},
        skipped=latest[0].held if word == "skip" else [],
        asked=asked,
    )


def _raise_if_ended(connection: psycopg.Connection, run_id: int) -> None:
    record = store.read_run(connection, run_id)
    if record is not None and record.state == "aborted":
        raise Aborted(run_id, record.message or "aborted")


def _question_text(questions: list[Question]) -> str:
    lines = [f"**Run {questions[0].run_id} is held: what it is about to apply looks implausible.**", ""]
    lines += [f"- {question_line(question.counts)}" for question in questions]
    if questions[0].held:
        lines += ["", f"{len(questions[0].held)} patrons are held; nothing of them is applied yet."]
    return "\n".join(lines)


def question_line(counts: dict[str, Any]) -> str:
    """One alarm in words, numbers alone."""
    part = counts.get("part")
    wholes = {
        "links": "links",
        "rights": f"rights to {part}",
        "rows": f"rows that the rule {part} works on",
        "patrons": "patrons",
    }
    what = wholes.get(counts["population"], "answers")
    share = f"{counts['count']} of {counts['answers']} {what}"
    return f"{counts['code']}: {share} ({counts['percent']} %; the limit is {counts['limit_percent']} %)"
