"""`patronsync cases`: what staff must look at, in words; and the word with which they close a case."""

from __future__ import annotations

import csv
import getpass
import sys
from typing import Annotated, Any

import typer

from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError, UserError
from mappers.cases import KINDS, MEANING_OF_WORD, ClosingWord

COLUMNS = ("case_number", "patron_number", "kind", "since", "closed_on", "text")

app = typer.Typer(help="What staff must look at, and the word with which they close a case.", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def cases(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only cases of this kind.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, too.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output.")] = False,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """List the cases that staff must look at."""
    if context.invoked_subcommand is not None:
        return
    from db.connect import connect, copenhagen_day
    from db.patrons.store import list_cases
    from flows.local.embedded import environment

    if as_json and as_csv:
        raise UsageError("--json and --csv both ask for standard output.", "Give one of them.")
    if kind is not None and kind not in KINDS:
        raise UsageError(f"There is no kind of case {kind!r}.", "The kinds: " + ", ".join(KINDS))
    with environment() as settings:
        with connect(settings.connection_url, autocommit=True) as connection:
            day = today or copenhagen_day(connection)
            found = list_cases(connection, day, kind=kind, open_only=not closed)
        rows = [_row(case, settings.language) for case in found]
    output = Output(as_json)
    output.result({"today": day, "cases": rows})
    if as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    elif not as_json:
        output.table(COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
        output.say(f"{len(rows)} cases")
        if any(row["closed_on"] is None for row in rows):
            output.say(f"close one with: patronsync cases close CASE_NUMBER {'|'.join(ClosingWord)}")


@app.command()
def close(
    case_number: Annotated[int, typer.Argument(metavar="CASE_NUMBER", help="The case's number.")],
    word: Annotated[
        ClosingWord, typer.Argument(help=" ".join(f"{word}: {said}." for word, said in MEANING_OF_WORD.items()))
    ] = ClosingWord.DONE,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """Close a case. It is not raised again while what raised it lasts."""
    from db.connect import connect, copenhagen_day
    from db.patrons.store import close_case, read_case
    from flows.local.embedded import environment

    with environment() as settings:
        with connect(settings.connection_url, autocommit=True) as connection:
            this_day = copenhagen_day(connection)
            if today is not None and today > this_day:
                raise UsageError(f"{today} lies ahead of today, {this_day}.", "Name a day gone by, or none.")
            closed = close_case(connection, case_number, today or this_day, word.value, getpass.getuser())
            case = read_case(connection, case_number)
        if case is None:
            raise UserError("There is no such case (its number is not repeated here).", "See: patronsync cases")
        if not closed:
            raise UserError(f"Case {case_number} is closed since {case.closed_on}.", "See: patronsync cases --closed")
        row = _row(case, settings.language)
    output = Output(as_json)
    output.result(row)
    output.say(_closed(case, settings.language))


def _closed(case: Any, language: str) -> str:
    from flows.wording import words

    said = words(language)
    code = case.kind if case.kind in said["case_closed"] else "any"
    what_then = said.say("case_closed", code)
    return said["cases"]["closed"].format(number=case.case_number, word=case.closing_word, what_then=what_then)


def _row(case: Any, language: str) -> dict[str, Any]:
    from flows.wording import words

    said = words(language)
    values = {**case.detail, "patron_number": case.patron_number, "guardian": _guardian(case, said)}
    return {
        "case_number": case.case_number,
        "patron_number": case.patron_number,
        "kind": case.kind,
        "since": case.since,
        "closed_on": case.closed_on,
        "closing_word": case.closing_word,
        "text": said.say("case", case.kind, **values),
    }


def _guardian(case: Any, said: Any) -> str:
    """Whom a case is about, without a name: "the mother, who is patron 1000001"."""
    who = said.say("case_guardian", case.guardian_kind or "signed")
    return said.say("case_guardian", "patron", who=who, number=case.guardian_patron) if case.guardian_patron else who
