"""`patronsync approvals`: what brakes have asked, and an operator's word on it."""

from __future__ import annotations

import getpass
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Json
from flows.cli.output import Output
from flows.errors import UserError

if TYPE_CHECKING:
    from uuid import UUID

    from db.connect import Connection
    from db.runs.store import RunRecord

app = typer.Typer(help="What brakes have asked, and an operator's word on it.", no_args_is_help=False)


class Word(StrEnum):
    """The three words."""

    apply = "apply"
    skip = "skip"
    abort = "abort"


@app.callback(invoke_without_command=True)
def approvals(
    context: typer.Context,
    answered: Annotated[bool, typer.Option("--answered", help="The answered questions, too.")] = False,
    as_json: Json = False,
) -> None:
    """List the questions that wait for an operator's word."""
    if context.invoked_subcommand is not None:
        return
    from db.connect import connect
    from db.runs.store import abort_unanswered, questions
    from flows.local.embedded import environment
    from flows.reporting.parts import question_line
    from flows.wording import words

    with environment() as settings:
        with connect(settings.connection_url, autocommit=True) as connection:
            abort_unanswered(connection, settings.operators_word_hours)
            asked = questions(connection, open_only=not answered)
        said = words(settings.language)
    output = Output(as_json)
    output.result({"questions": [_json(question) for question in asked]})
    if as_json:
        return
    for question in asked:
        word = f"{question.word} ({question.answered_by})" if question.word else "waits"
        output.say(
            f"run {question.run_id} ({question.flow}, {question.today}): {question_line(question, said)}: {word}"
        )
    if not asked:
        output.say("No question waits for a word.")
    for run_id in sorted({question.run_id for question in asked if question.word is None}):
        output.say(f"answer with: patronsync approvals answer {run_id} apply|skip|abort")
    for night in sorted({one.night_id for one in asked if one.word is None and one.night_id is not None}):
        output.say(f"or all of a night: patronsync approvals answer {night} apply|skip|abort")


@app.command()
def answer(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run's number, or that of a night.")],
    word: Annotated[
        Word,
        typer.Argument(
            help="apply: the figures are right, go on. skip: leave out what is held, go on. abort: end the run."
        ),
    ],
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="NAME", help="Of several services or rules that are held, this one alone."),
    ] = None,
) -> None:
    """Give a word to a run that waits: to all its questions, or to those of all the steps of a night."""
    from db.connect import connect
    from db.runs import store
    from flows.local.embedded import environment

    output, who = Output(), getpass.getuser()
    with (
        environment(need_prefect=True) as settings,
        connect(settings.connection_url, autocommit=True) as connection,
    ):
        late = store.abort_unanswered(connection, settings.operators_word_hours)
        if run in late:
            raise UserError(f"Run {run} is aborted: nobody answered in time.", "Start the run again.")
        record = store.read_run(connection, run)
        if record is None:
            raise UserError(f"There is no run {run}.", "See: patronsync approvals")
        if store.answer(connection, run, word.value, who, part) == 0:
            asks = f"nothing about {part}" if part else f"nothing (it is {record.state})"
            raise UserError(f"Run {run} asks {asks}.", "See: patronsync approvals")
        output.say(f"Run {run}: {word.value}. {_what_then(connection, record, word.value, who)}")


def _what_then(connection: Connection, record: RunRecord, word: str, who: str) -> str:
    """Lets what was answered go on, and says how it does."""
    from db.runs import store
    from flows.steps.operators_word import COMMANDS

    top = _night_that_waits(connection, record) or record
    still = store.questions(connection, run_id=top.run_id, open_only=True)
    if still:
        return f"{len(still)} more of run {top.run_id} wait for a word. See: patronsync approvals"
    if top.prefect_flow_run_id is not None and _resume(top.prefect_flow_run_id, word):
        return "It is resumed where it was started; follow it in Prefect."
    if _end_what_was_aborted(connection, top, who):
        return "It is aborted. What it had not applied is still due."
    return f"It goes on with: {COMMANDS['nightly' if record.night_id else record.flow]}"


def _night_that_waits(connection: Connection, record: RunRecord) -> RunRecord | None:
    """The night that waits with a run that is its step."""
    from db.runs import store

    night = store.read_run(connection, record.night_id) if record.night_id is not None else None
    return night if night is not None and night.state == "waiting" else None


def _end_what_was_aborted(connection: Connection, top: RunRecord, who: str) -> bool:
    """Ends the runs that were answered `abort`; True where nothing is left that could go on."""
    from db.runs import store

    asked = [question for question in store.questions(connection, run_id=top.run_id) if question.state == "waiting"]
    aborted = {question.run_id for question in asked if question.word == "abort"}
    for run_id in aborted:
        store.end_waiting(connection, run_id, f"aborted: by {who}")
    if {question.run_id for question in asked} - aborted:
        return False
    if top.run_id not in aborted:
        store.end_waiting(connection, top.run_id, f"aborted: by {who}")
    return True


def _resume(flow_run_id: UUID, word: str) -> bool:
    """Resumes the suspended run of a deployment; False where it is none (or Prefect does not know it).

    It reads the words where they were written; its form is filled in for Prefect, which wants that.
    """
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            flow_run = client.read_flow_run(flow_run_id)
        except ObjectNotFound:
            return False
        if flow_run.state is None or not flow_run.state.is_paused():
            return False
        keyset = flow_run.state.state_details.run_input_keyset or {}
        schema = json.loads(client.read_flow_run_input(flow_run_id, keyset["schema"]))
        filled_in = dict.fromkeys(schema["properties"], word)
        return client.resume_flow_run(flow_run_id, run_input=filled_in).status.value == "ACCEPT"


def _json(question: Any) -> dict[str, Any]:
    return {
        "run": question.run_id,
        "night": question.night_id,
        "flow": question.flow,
        "today": question.today,
        "rule": question.rule,
        "counts": question.counts,
        "held": len(question.held),
        "asked_at": question.asked_at,
        "word": question.word,
        "answered_by": question.answered_by,
    }
