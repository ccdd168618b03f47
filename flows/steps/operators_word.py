"""A brake asks, an operator answers (docs/explanation/brakes.md).

The word lives in `sync.approval` alone. The form in Prefect's UI and `patronsync approvals answer`
only write it. The run of a deployment suspends itself: its process ends, and resumed it starts from
the top. A run of the command line ends, and the next `patronsync refresh` goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from prefect.flow_runs import suspend_flow_run

from db.runs import store
from db.runs.store import Question, Word
from flows.errors import UserError
from flows.settings import Settings
from flows.steps.held_form import form_of, form_text, held_by
from flows.wording import words
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


def wait_for_word(connection: psycopg.Connection, run_id: int, settings: Settings, *, deployed: bool) -> None:
    """Suspends the run of a deployment, or, resumed, writes the words that the form brought.

    Raises `WaitsForWord` for a run of the command line, `Aborted` for one that has ended since. Returns only when there
    is a word on every question.
    """
    asked = _latest(store.questions(connection, run_id=run_id))
    if all(question.word for question in asked):
        _raise_if_ended(connection, run_id)
        return
    if not deployed:
        raise WaitsForWord(run_id, asked[0].flow)
    said, held = words(settings.language), held_by(asked)
    text = form_text(run_id, held, said, whole="run")
    answered = suspend_flow_run(
        wait_for_input=form_of(held, said).with_initial_data(description=text),
        timeout=int(settings.operators_word_hours * 3600),
        key=f"{FORM_KEY}-{asked[0].approval_id}",
    )
    for one in held:  # a word that was given elsewhere meanwhile stands
        store.answer(connection, run_id, getattr(answered, one.field), "Prefect", one.part)


def _latest(asked: Sequence[Question]) -> list[Question]:
    """What a run asks now, of all that it has asked (the newest first): it may have been held before."""
    return [question for question in asked if question.held == asked[0].held]


def go_on_with(
    connection: psycopg.Connection,
    run_id: int,
    flow_run_id: UUID | None,
    settings: Settings,
    *,
    deployed: bool,
    night: int | None = None,
) -> GoingOn:
    """Takes up a run that waited, as a step of `night` where it is one. Raises `WaitsForWord` or `Aborted`.

    Of several words `abort` counts: it ends the run.
    """
    _raise_if_ended(connection, run_id)
    wait_for_word(connection, run_id, settings, deployed=deployed)
    asked = store.questions(connection, run_id=run_id)
    latest = _latest(asked)
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
