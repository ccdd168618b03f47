"""`patronsync approvals`: what brakes have asked, and an operator's word on it."""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import Annotated, Any

import typer

from flows.cli.options import Json
from flows.cli.output import Output
from flows.errors import UserError

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
        assert settings.database_url is not None
        with connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
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


@app.command()
def answer(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")],
    word: Annotated[
        Word,
        typer.Argument(
            help="apply: the figures are right, go on. skip: leave out what is held, go on. abort: end the run."
        ),
    ],
) -> None:
    """Give a word to a run that waits."""
    from db.connect import connect
    from db.runs import store
    from flows.local.embedded import environment
    from flows.steps.operators_word import COMMANDS

    with environment(need_prefect=True) as settings:
        assert settings.database_url is not None
        with connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            late = store.abort_unanswered(connection, settings.operators_word_hours)
            if run in late:
                raise UserError(f"Run {run} is aborted: nobody answered in time.", "Start the run again.")
            record = store.read_run(connection, run)
            if record is None:
                raise UserError(f"There is no run {run}.", "See: patronsync approvals")
            if store.answer(connection, run, word.value, getpass.getuser()) == 0:
                raise UserError(f"Run {run} asks nothing (it is {record.state}).", "See: patronsync approvals")
            resumed = record.prefect_flow_run_id is not None and _resume(record.prefect_flow_run_id, word.value)
            if word is Word.abort and not resumed:
                store.end_waiting(connection, run, f"aborted: by {getpass.getuser()}")
    output = Output()
    if resumed:
        output.say(f"Run {run}: {word.value}. It is resumed where it was started; follow it in Prefect.")
    elif word is Word.abort:
        output.say(f"Run {run}: aborted. What it had not applied is still due.")
    else:
        output.say(f"Run {run}: {word.value}. It goes on with: {COMMANDS[record.flow]}")


def _resume(flow_run_id: Any, word: str) -> bool:
    """Resumes the suspended run of a deployment; False where it is none (or Prefect does not know it)."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            flow_run = client.read_flow_run(flow_run_id)
        except ObjectNotFound:
            return False
        if flow_run.state is None or not flow_run.state.is_paused():
            return False
        result = client.resume_flow_run(flow_run_id, run_input={"word": word})
        return result.status.value == "ACCEPT"


def _json(question: Any) -> dict[str, Any]:
    return {
        "run": question.run_id,
        "flow": question.flow,
        "today": question.today,
        "rule": question.rule,
        "counts": question.counts,
        "held": len(question.held),
        "asked_at": question.asked_at,
        "word": question.word,
        "answered_by": question.answered_by,
    }
