"""`patronsync docs`: documents made from the database in use."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(help="Documents that are made from the database in use.", no_args_is_help=True)


@app.callback()
def docs() -> None:
    """Documents that are made from the database in use."""


@app.command()
def contract() -> None:
    """Print the downstream developer's page: views, columns and functions, as the database describes them."""
    from db.connect import connect
    from db.contract.store import read_contract
    from flows.local.embedded import environment
    from flows.reporting.contract_page import contract_page
    from flows.wording import words

    with environment() as settings:
        with connect(settings.connection_url, autocommit=True) as connection:
            found = read_contract(connection)
        sys.stdout.write(contract_page(found, words(settings.language)))
