"""`patronsync guardian`: a guardian who is no patron, found by a case, a link or the child, never by a CPR number."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.everything import AnswerLanguage, Everything, Html, check_options, tell_everything
from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError
from flows.parameters import MOST_CASES


def guardian(
    case: Annotated[
        int | None, typer.Option("--case", metavar="CASE_NUMBER", help="The guardian whom this case is about.")
    ] = None,
    link: Annotated[int | None, typer.Option("--link", metavar="LINK", help="The guardian of this link.")] = None,
    child: Annotated[
        str | None, typer.Option("--child", metavar="PATRON_NUMBER", help="List this child's links to guardians.")
    ] = None,
    everything: Everything = False,
    html: Html = None,
    language: AnswerLanguage = None,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """Find a guardian who is no patron, and with --everything tell all that is kept about them, for themselves."""
    if sum(one is not None for one in (case, link, child)) != 1:
        raise UsageError("A guardian is found by one of --case, --link and --child.", "Give one of them.")
    check_options(everything, html, language, as_json)
    if child is not None:
        if everything:
            raise UsageError("--child lists guardians: --everything is about one.", "Give --link with one of the list.")
        _list_links(child, as_json)
        return
    if not everything:
        raise UsageError("What about the guardian?", "Add --everything.")
    from flows.reporting.subject_access import subject_of_case, subject_of_link

    tell_everything(
        lambda connection: (
            subject_of_case(connection, min(case, MOST_CASES))
            if case is not None
            else subject_of_link(connection, min(link or 0, MOST_CASES))
        ),
        today=today,
        reason=None,
        html=html,
        language=language,
        as_json=as_json,
    )


def _list_links(child: str, as_json: bool) -> None:
    from db.connect import connect
    from db.subject_access.store import list_links
    from flows.local.embedded import environment
    from flows.reporting.subject_access import subject_patron
    from flows.wording import words

    with environment() as settings:
        with connect(settings.connection_url, autocommit=True) as connection:
            subject_patron(connection, child)
            links = list_links(connection, child)
        said = words(settings.language)
    output = Output(as_json)
    rows = [
        {
            "link": one.link_number,
            "source": one.source,
            "kind": one.kind,
            "from": one.valid_from,
            "to": one.valid_to,
            "patron_number": one.patron_number,
        }
        for one in links
    ]
    output.result({"patron_number": child, "links": rows})
    if as_json:
        return
    w, p = said["answer"], said["patron"]
    if not links:
        output.say(w["no_links"].format(number=child))
        return
    output.say(w["links_of"].format(number=child), style="bold")
    header = [w["link"], w["role"], w["signed_or_custody"], w["from"], w["to"], w["is_patron"]]
    shown = [
        (
            *(str(one.link_number), p[f"holds as {one.kind}" if one.kind else "holds nothing"], p[one.source]),
            *(one.valid_from, one.valid_to, one.patron_number),
        )
        for one in links
    ]
    output.table(header, shown)
    output.say(w["links_next"])
