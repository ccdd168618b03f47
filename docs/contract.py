"""Writes docs/reference/contract.md from a database of its own: `make docs` (`python -m docs.contract`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from db import embedded
from db.connect import connect
from db.contract.store import read_contract
from db.upgrade import migrate
from flows.reporting.contract_page import contract_page
from flows.wording import words

PAGE = Path(__file__).with_name("reference") / "contract.md"


def main() -> None:
    """Builds the schema and writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with embedded.running(Path(folder)) as server:
                migrate(server.url)
                with connect(server.url) as connection:
                    PAGE.write_text(contract_page(read_contract(connection), words("en")), encoding="utf-8")
        finally:
            embedded.remove(Path(folder))


if __name__ == "__main__":
    main()
