"""`patronsync guardians` as it is typed: exit codes, what is printed, what is left in Prefect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from tests.acceptance.families import CHILD, FATHER, MOTHER, Family, entry, later
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer

TODAY = ("--today", DAY.isoformat())


@pytest.fixture
def family(library: Library, prefect_api: PrefectServer) -> Family:
    """A family in a library whose commands find the test run's Prefect server."""
    library.settings._prefect.update(prefect_api.environment())
    family = Family(library)
    family.parents()
    return family


def _json(family: Family, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out = family.library.command("guardians", *arguments, "--json")
    return code, json.loads(out)


def test_the_command_prints_its_counts_and_leaves_cases_in_prefect_without_a_number_or_a_name(family: Family) -> None:
    family.child(entry(3), entry(4), father="0000000000")
    family.library.refresh()
    code, report = _json(family, *TODAY)
    assert (code, report["flow"], report["state"], report["look_ups"]) == (0, "guardian-links", "done", 1)
    assert report["patrons"] == {"due": 1, "checked": 1, "changed": 1, "unchanged": 0, "left": 0}
    assert report["links"] == {"linked": 2, "ended": 0, "standing": 2}
    assert report["cases"] == {"opened": 1, "closed": 0, "open": 1}
    with get_client(sync_client=True) as client:
        texts = [
            str(artifact.data)
            for key in ("guardian-links", "guardian-links-cases")
            for artifact in client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))
        ]
    assert any("unknown holder" in text and "Oldest answer" in text for text in texts) or any(
        "ukendt" in text for text in texts
    )
    for text in texts:
        assert not any(told in text for told in (CHILD, MOTHER, FATHER, CHILD[:6], "Prøve"))


def test_people_read_the_counts_and_a_run_without_look_ups_asks_nobody(family: Family) -> None:
    family.child(entry(3))
    family.library.refresh()
    asked = family.library.asked()
    code, said = family.library.command("guardians", "--no-look-ups", "--dry-run", *TODAY)
    assert code == 0 and "dry run" in said and "guardian linked" in said
    assert family.library.asked() == asked
    assert family.library.rows("SELECT count(*) FROM library.guardian_link") == [(0,)]


def test_a_run_that_the_brake_holds_is_exit_code_3_and_goes_on_after_a_word(family: Family) -> None:
    family.library.settings = family.library.settings.model_copy(
        update={"brake_guardian_links_ended_more_than": 1, "language": "en"}
    )
    family.child(entry(3), entry(4))
    family.night()
    family.changed()
    family.library.refresh(later(1))
    day = ("--today", later(1).isoformat())
    code, report = _json(family, *day)
    assert (code, report["state"]) == (3, "waiting")
    assert f"patronsync approvals answer {report['run']} apply|skip|abort" in family.library.errors
    assert "patronsync guardians" in family.library.errors
    _, asked = family.library.command("approvals")
    assert "links of guardians that end: 2 of 2 links" in asked
    code, said = family.library.command("approvals", "answer", str(report["run"]), "apply")
    assert code == 0 and "patronsync guardians" in said
    code, again = _json(family, *day)
    assert (code, again["run"], again["links"]["ended"]) == (0, report["run"], 2)


def test_where_guardians_are_not_mapped_the_command_is_wrong_usage(family: Family) -> None:
    family.library.settings = family.library.settings.model_copy(update={"guardians": False})
    code, _ = family.library.command("guardians", *TODAY)
    assert code == 2
