"""The downstream developer's page is what the database says of itself."""

from __future__ import annotations

from pathlib import Path

from db.connect import Connection
from db.contract.store import read_contract
from flows.reporting.contract_page import contract_page
from flows.wording import words
from tests.fixtures.library import Library

PAGE = Path(__file__).parents[3] / "docs/reference/contract.md"


def test_the_page_is_current(connection: Connection) -> None:
    assert PAGE.read_text(encoding="utf-8") == contract_page(read_contract(connection), words("en")), "say: make docs"


def test_the_command_prints_it(library: Library) -> None:
    code, out = library.command("docs", "contract")
    assert code == 0
    assert out.splitlines()[0] == f"# {words(library.settings.language)['contract']['title']}"
    assert "downstream.next_changes" in out
