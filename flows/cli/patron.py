"""`patronsync patron NUMBER`: one patron as staff may see them."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from typing import Annotated, Any

import typer

from flows.errors import UsageError, UserError


def patron(
    number: Annotated[str, typer.Argument(help="The patron number (never a CPR number).")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    reveal: Annotated[
        str | None,
        typer.Option(
            "--reveal",
            metavar="REASON",
            help="Show a protected patron's name and address; the reason is put on record first.",
        ),
    ] = None,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to show them on (default: today).")
    ] = None,
) -> None:
    """Show one patron as staff may see them."""
    from db.connect import connect, copenhagen_day
    from db.patrons.store import disclose, read_patron
    from flows.local.embedded import environment
    from flows.reporting.patron_view import patron_json

    if reveal is not None and not reveal.strip():
        raise UsageError("--reveal needs a reason.", "Write why you need to see it: --reveal 'called about a letter'.")
    with environment() as settings:
        assert settings.database_url is not None
        with connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            day = today.date() if today else copenhagen_day(connection)
            view = read_patron(connection, number, day)
            if view is None:
                raise UserError("Nobody has this patron number (not repeated here).", "Give a patron number.")
            if reveal is not None:
                disclose(connection, view.patron_number, getpass.getuser(), reveal.strip())
            shown = patron_json(view, day, revealed=reveal is not None)
        if as_json:
            typer.echo(json.dumps(shown, ensure_ascii=False))
        else:
            _print(shown, settings.language)


def _print(shown: dict[str, Any], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from flows.wording import words

    said = words(language)
    w = said["patron"]
    withheld = shown["address"] is None
    table = Table(title=w["title"].format(number=shown["patron_number"]), show_header=False, title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row(w["name"], w["withheld"] if withheld else shown["name"] or w["unknown"])
    uncertain = f" ({w['uncertain']})" if shown["birth_date_uncertain"] else ""
    table.add_row(w["birth_date"], (shown["birth_date"] or w["unknown"]) + uncertain)
    table.add_row(w["address"], w["withheld"] if withheld else address_text(shown["address"], said))
    table.add_row(w["municipality"], _municipality(shown["municipality_code"]) or w["unknown"])
    status = shown["registry_status"]
    table.add_row(
        w["registry_status"], w["unknown"] if status is None else f"{status}: {said.say('status', str(status))}"
    )
    table.add_row(w["protected"], {True: w["yes"], False: w["no"], None: w["not_spoken"]}[shown["protected"]])
    table.add_row(w["blocks"], "\n".join(w["since"].format(**block) for block in shown["blocks"]) or w["no"])
    table.add_row(w["patron_group"], shown["patron_group"] or w["unknown"])
    table.add_row(w["checked_at"], shown["checked_at"] or w["never"])
    quarantine = shown["quarantine"]
    if quarantine:
        next_try = quarantine["next_try"] or w["no_next_try"]
        table.add_row(w["quarantine"], w["in_quarantine"].format(**{**quarantine, "next_try": next_try}))
    Console(markup=False).print(table)


def address_text(address: dict[str, Any], said: Any) -> str:
    """The address as it stands on an envelope, without the name, and under it what kind it is."""
    lines = [f"c/o {address['co_name']}"] if address["co_name"] else []
    lines += [address["street"]] if address["street"] else []
    lines += [*address["lines"], *([address["town"]] if address["town"] else [])]
    place = " ".join(part for part in (address["postal_code"], address["postal_district"]) if part)
    lines += [part for part in (place, address["country"]) if part]
    return "\n".join([*lines, f"({said.say('address', address['kind'])})"])


def _municipality(code: str | None) -> str | None:
    from mappers.municipalities import MUNICIPALITIES

    listed = MUNICIPALITIES.get(code) if code else None
    return f"{code} {listed.name}" if listed else code
