"""`patronsync import agreements` and `patronsync net-media` as they are typed: exit codes and what is printed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer

TODAY = ("--today", DAY.isoformat())
TOMORROW = ("--today", (DAY + timedelta(days=1)).isoformat())
HEADER = "service,municipality_code,valid_from,valid_to\n"
AALBORG = "film,0851,2020-01-01,\n"
COPENHAGEN = "film,0101,2020-01-01,\n"


@pytest.fixture
def town(library: Library, prefect_api: PrefectServer) -> Library:
    """Three patrons in Aalborg and three in Copenhagen; commands find the test run's Prefect server."""
    library.settings = library.settings.model_copy(update={"brake_net_media_revoked_more_than": 2})
    library.settings._prefect.update(prefect_api.environment())
    for number in range(6):
        library.enrol(f"P{number}", None, municipality_code="0851" if number < 3 else "0101")
    return library


def said(library: Library, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command."""
    code, out = library.command(*arguments, "--json")
    return code, json.loads(out)


def test_agreements_from_file_to_right_and_back(town: Library, tmp_path: Path) -> None:
    file = tmp_path / "agreements.csv"
    load = ("import", "agreements", str(file), *TODAY)

    file.write_text(HEADER + AALBORG + "film,0999,2020-01-01,\n")
    code, report = said(town, *load)
    assert (code, report["state"], report["rows"]["added"], report["rejects"]) == (
        1,
        "incomplete",
        0,
        {"unknown municipality": 1},
    )
    assert file.with_name("agreements.rejected.csv").exists()

    file.write_text(HEADER + AALBORG + COPENHAGEN)
    code, report = said(town, *load, "--dry-run")
    assert (code, report["services"]) == (0, [{"service": "film", "granted": 6, "revoked": 0}])
    assert said(town, *load)[0] == 0
    code, report = said(town, "net-media", *TODAY)
    assert (code, report["state"], report["changes"]) == (0, "done", {"net_media.granted": 6})

    file.write_text(HEADER + AALBORG)
    code, report = said(town, *load)
    assert (code, report["needs_approval"], report["rows"]["unchanged"]) == (3, ["0101"], 0)
    code, out = town.command(*load, "--dry-run")
    assert (code, "0101" in out, "--approve" in out) == (3, True, True)
    code, report = said(town, *load, "--approve")
    assert (code, report["needs_approval"], report["remarks"]) == (0, [], {"agreement removed": 1})

    code, report = said(town, "net-media", *TOMORROW)
    assert (code, report["state"], report["held"]) == (3, "waiting", ["film"])
    code, out = town.command("approvals")
    assert "rights to film" in out
    assert town.command("approvals", "answer", str(report["run"]), "apply")[0] == 0
    code, out = town.command("net-media", *TOMORROW)
    assert code == 0, town.errors
    assert town.patron("P4")["net_media"][0]["reason"] == "no agreement"


def test_only_agreements_are_approved(town: Library, tmp_path: Path) -> None:
    file = tmp_path / "patrons.csv"
    file.write_text("patron_number\n1\n")
    assert town.command("import", "patrons", str(file), "--approve")[0] == 2
