"""`--everything` of `patronsync patron` and `patronsync guardian`: what is kept about one person, for themselves."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import Language
from flows.cli.output import Output
from flows.errors import UsageError
from flows.observability.redaction import mask

if TYPE_CHECKING:
    from db.connect import Connection
    from db.subject_access.store import Subject
    from flows.reporting.subject_words import Listing, Speaker

Everything = Annotated[
    bool,
    typer.Option(
        "--everything",
        help="All that is kept about them, for themselves (GDPR article 15); it is logged.",
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html", metavar="FILE", help="With --everything: write a page that stands alone, for its owner to read."
    ),
]
AnswerLanguage = Annotated[
    Language | None, typer.Option(help="With --everything: its language, if not that of the settings.")
]


def check_options(everything: bool, html: Path | None, language: Language | None, as_json: bool) -> None:
    """Raises `UsageError` for options that do not go together."""
    if html is not None and as_json:
        raise UsageError("--html and --json: one answer has one form.", "Give one of them.")
    if html is not None and mask(str(html)) != str(html):
        raise UsageError("--html: the file's name seems to hold a CPR number.", "Name it without.")
    if not everything and (html is not None or language is not None):
        raise UsageError("--html and --language belong to --everything.", "Add --everything.")


def tell_everything(
    find: Callable[[Connection], Subject],
    *,
    today: date | None,
    reason: str | None,
    html: Path | None,
    language: Language | None,
    as_json: bool,
) -> None:
    """Makes the answer and shows it, or writes it to the file. `reason`: what is put on record, if not the usual."""
    from db.connect import connect, copenhagen_day
    from flows import clock
    from flows.local.embedded import environment
    from flows.reporting.subject_access import make_answer
    from flows.reporting.subject_json import answer_json
    from flows.reporting.subject_words import Speaker
    from flows.wording import words
    from mappers.subject_access import REASON

    with environment() as settings:
        chosen = language.value if language else settings.language
        said = words(chosen)
        with connect(settings.connection_url, autocommit=True) as connection:
            subject = find(connection)
            answer = make_answer(
                connection,
                settings,
                subject,
                today or copenhagen_day(connection),
                moment=clock.now(),
                os_user=getpass.getuser(),
                reason=reason or REASON,
            )
    output = Output(as_json)
    if html is not None:
        from flows.reporting.private_file import write_private
        from flows.reporting.subject_page import answer_page

        write_private(html, answer_page(answer, said, chosen))
        output.say(Speaker(answer, said).written(html))
    elif as_json:
        output.result(answer_json(answer, said))
    else:
        _show(Speaker(answer, said), output)


def _show(speaker: Speaker, output: Output) -> None:
    """The answer in plain lines."""
    w = speaker.w
    output.say(w["title"], style="bold")
    output.say(speaker.about())
    output.say(w["intro"].format(moment=speaker.moment()))
    for part in speaker.parts():
        if not part.entries:
            continue
        output.say()
        output.say(part.title, style="bold")
        for entry in part.entries:
            output.say()
            output.say(entry.term, style="bold")
            for label, text in entry.values:
                output.say(f"  {label}: {text}" if label else f"  {text}")
            if entry.note:
                output.say(f"  {entry.note}")
            for listing in entry.listings:
                _show_listing(listing, output)
            for label, text in (
                (w["why"], entry.why),
                (w["source"], entry.source),
                (w["read_by"], entry.read_by),
                (w["kept"], entry.kept),
            ):
                output.say(f"  {label}: {text}")
    if more := speaker.nothing_more():
        output.say()
        output.say(more)
    output.say()
    output.say(w["owner"])
    output.say()
    output.say(w["correction"], style="bold")
    for source, text in speaker.corrections():
        output.say(f"  {source}: {text}")
    output.say(f"  {w['rights_text']}")
    output.say()
    output.say(w["left_out"], style="bold")
    for text in speaker.left_outs():
        output.say(f"  {text}")


def _show_listing(listing: Listing, output: Output) -> None:
    """A row a paragraph: a table of ten columns is read by nobody on a terminal."""
    output.say(f"  {listing.caption}:")
    for row in listing.rows:
        cells = [f"{head}: {cell}" for head, cell in zip(listing.header, row, strict=True) if cell]
        output.say(f"  - {'; '.join(cells)}")
