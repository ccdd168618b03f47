"""`patronsync patron NUMBER`: one patron as staff may see them."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from flows.cli.everything import AnswerLanguage, Everything, Html, check_options, tell_everything
from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError, UserError
from flows.observability.redaction import mask


def patron(
    number: Annotated[str, typer.Argument(help="The patron number (never a CPR number).")],
    reveal: Annotated[
        str | None,
        typer.Option(
            "--reveal",
            metavar="REASON",
            help="Show a protected patron's name and address; the reason is put on record first.",
        ),
    ] = None,
    everything: Everything = False,
    html: Html = None,
    language: AnswerLanguage = None,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """Show one patron as staff may see them; with --everything all that is kept about them, for themselves."""
    from db.connect import connect, copenhagen_day
    from db.patrons.store import disclose, read_patron
    from flows.local.embedded import environment
    from flows.reporting.patron_view import patron_json

    if reveal is not None and not reveal.strip():
        raise UsageError("--reveal needs a reason.", "Write why you need to see it: --reveal 'called about a letter'.")
    if reveal is not None and mask(reveal) != reveal:
        raise UsageError("--reveal: the reason seems to hold a CPR number.", "Give the reason without it.")
    check_options(everything, html, language, as_json)
    if everything:
        from flows.reporting.subject_access import subject_patron

        tell_everything(
            lambda connection: subject_patron(connection, number),
            today=today,
            reason=reveal and reveal.strip(),
            html=html,
            language=language,
            as_json=as_json,
        )
        return
    with environment() as settings, connect(settings.connection_url, autocommit=True) as connection:
        day = today or copenhagen_day(connection)
        view = read_patron(connection, number, day)
        if view is None:
            raise UserError("Nobody has this patron number (not repeated here).", "Give a patron number.")
        if reveal is not None:
            disclose(connection, view, getpass.getuser(), reveal.strip())
        shown = patron_json(view, day, revealed=reveal is not None)
    output = Output(as_json)
    output.result(shown)
    if not as_json:
        _show(shown, output, settings.language)


def _show(shown: dict[str, Any], output: Output, language: str) -> None:
    from flows.wording import words

    said = words(language)
    w = said["patron"]
    withheld = shown["address"] is None
    status, quarantine = shown["registry_status"], shown["quarantine"]
    uncertain = f" ({w['uncertain']})" if shown["birth_date_uncertain"] else ""
    rows = [
        (w["name"], w["withheld"] if withheld else shown["name"] or w["unknown"]),
        (w["birth_date"], (shown["birth_date"] or w["unknown"]) + uncertain),
        (w["address"], w["withheld"] if withheld else address_text(shown["address"], said)),
        (w["municipality"], _municipality(shown["municipality_code"]) or w["unknown"]),
        (w["registry_status"], w["unknown"] if status is None else f"{status}: {said.say('status', str(status))}"),
        (w["protected"], w["not_spoken"] if shown["protected"] is None else w["yes" if shown["protected"] else "no"]),
        (w["blocks"], "; ".join(w["since"].format(**block) for block in shown["blocks"]) or w["no"]),
        (w["patron_group"], shown["patron_group"] or w["unknown"]),
        (w["checked_at"], shown["checked_at"] or w["never"]),
    ]
    rows += [(w["guardian"], _guardian(guardian, w)) for guardian in shown["guardians"]]
    rows += [(w["net_media"].format(**right), _right(right, said)) for right in shown["net_media"]]
    if quarantine:
        next_try = quarantine["next_try"] or w["no_next_try"]
        rows.append((w["quarantine"], w["in_quarantine"].format(**{**quarantine, "next_try": next_try})))
    output.say(w["title"].format(number=shown["patron_number"]), style="bold")
    for label, text in rows:
        output.say(f"{label}: {text}")


def _guardian(guardian: dict[str, Any], w: dict[str, Any]) -> str:
    """One guardian in a line: how, since when, and whether custody confirms who has signed."""
    kind = w[f"holds as {guardian['kind']}"] if guardian["kind"] else w["holds nothing"]
    parts = [guardian["name"] or w["name_not_shown"], w[guardian["source"]], kind]
    if guardian["patron_number"]:
        parts.append(w["is_patron"].format(number=guardian["patron_number"]))
    if guardian["from"]:
        parts.append(w["from"].format(day=guardian["from"]))
    if guardian["to"]:
        parts.append(w["to"].format(day=guardian["to"]))
    if guardian["confirmed"] is not None:
        parts.append(w["confirmed" if guardian["confirmed"] else "not_confirmed"])
    return ", ".join(part for part in parts if part)


def _right(right: dict[str, Any], said: Any) -> str:
    """One right in a line: whether, why (not), since when, until when."""
    outcome = said.say("net_media_outcome", right["reason"] or "granted")
    until = [said["patron"]["right_until"].format(day=right["until"])] if right["until"] else []
    return ", ".join([outcome, said["patron"]["from"].format(day=right["since"]), *until])


def address_text(address: dict[str, Any], said: Any) -> str:
    """The address in one line, without the name, and what kind it is."""
    lines = [f"c/o {address['co_name']}"] if address["co_name"] else []
    lines += [address["street"]] if address["street"] else []
    lines += [*address["lines"], *([address["town"]] if address["town"] else [])]
    place = " ".join(part for part in (address["postal_code"], address["postal_district"]) if part)
    lines += [part for part in (place, address["country"]) if part]
    kind = f"({said.say('address', address['kind'])})"
    return f"{', '.join(lines)} {kind}" if lines else kind


def _municipality(code: str | None) -> str | None:
    from mappers.municipalities import MUNICIPALITIES

    listed = MUNICIPALITIES.get(code) if code else None
    return f"{code} {listed.name}" if listed else code
