"""Options that several commands take, with one meaning everywhere."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from flows.parameters import Language as Language


def parse_day(text: str) -> date:
    """Reads `YYYY-MM-DD`; anything else is wrong usage."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("should be a day as YYYY-MM-DD") from None


Today = Annotated[
    date | None,
    typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="The day to work by, if not today.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Report what would change; change nothing.")]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output; everything else goes to standard error.")
]
