"""TLS from the settings to the run's last word: what is wrong with a certificate is told by the setting to look at.

Everything is the real thing: settings as a file gives them, `patronsync refresh`, Prefect, and a registry on a real
socket that demands a client certificate. (Single failures of the handshake: tests/cpr_client/test_tls.py.)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cpr_client.demo.certificates import Issued, MadeUpAuthority
from cpr_client.demo.server import DemoRegistry
from db.connect import copenhagen_day
from flows.cli import exits
from flows.observability.health import Finding, look_at_registry
from flows.settings import Settings, load
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer, wait_until

PATRONS = 12
CERTIFICATE, KEY, CA, URL = (f"PATRONSYNC_REGISTRY_{name}" for name in ("CERTIFICATE", "KEY", "CA", "URL"))
PAST, FUTURE = (date(2001, 1, 1), date(2001, 12, 31)), (date(2090, 1, 1), date(2091, 1, 1))


@dataclass
class Night:
    """A library whose settings name a registry over TLS."""

    library: Library
    prefect: PrefectServer
    files: Path
    demo: DemoRegistry | None = None

    def settings(self, demo: DemoRegistry, **given: Path | str | None) -> Settings:
        """As an operator's environment gives them."""
        self.demo = demo
        for place in range(PATRONS):
            number = f"010160{place:04}"
            demo.set_person({"cpr_number": number, "status": 1, "name": NAME, "residence": HOME})
        environ = {
            "PATRONSYNC_DATA_DIR": str(self.files / "data"),
            "PATRONSYNC_DATABASE_URL": self.library.database_url,
            URL: demo.url,
            "PATRONSYNC_REGISTRY_DEADLINE": "5",
            **self.prefect.environment(),
            **{f"PATRONSYNC_REGISTRY_{name.upper()}": str(value) for name, value in given.items() if value},
        }
        return load(environ)

    def refresh(self, demo: DemoRegistry, **given: Path | str | None) -> tuple[int, dict[str, Any]]:
        """`patronsync refresh --json`: exit code, and what it printed."""
        self.library.settings = self.settings(demo, **given)
        code, out = self.library.command("refresh", "--today", DAY.isoformat(), "--json")
        return code, json.loads(out)

    def api(self, path: str, body: dict[str, Any]) -> Any:
        """Asks Prefect's API."""
        user, _, password = self.prefect.password_file.read_text().strip().partition(":")
        return httpx.post(f"{self.prefect.api_url}{path}", json=body, auth=(user, password)).raise_for_status().json()

    def flow_run(self) -> dict[str, Any]:
        """The latest run as Prefect has it."""
        [(number,)] = self.library.rows("SELECT prefect_flow_run_id FROM sync.run ORDER BY run_id DESC LIMIT 1")
        [found] = self.api("/flow_runs/filter", {"flow_runs": {"id": {"any_": [str(number)]}}})
        return dict(found)

    def logged(self, flow_run: str) -> list[tuple[int, str]]:
        """(level, line) of the run's log at Prefect."""
        lines = self.api("/logs/filter", {"logs": {"flow_run_id": {"any_": [flow_run]}}})
        return [(line["level"], line["message"]) for line in lines]


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer, tmp_path: Path) -> Night:
    for place in range(PATRONS):
        library.enrol(f"L{place:02}", f"010160{place:04}")
    return Night(library, prefect_api, tmp_path)


@pytest.fixture
def ours(authority: MadeUpAuthority, our_certificate: Issued) -> dict[str, Path | None]:
    """The right files."""
    return {"certificate": our_certificate.certificate, "key": our_certificate.key, "ca": authority.root}


Start = Callable[..., DemoRegistry]
Files = dict[str, Path | None]


def _told(night: Night, demo: DemoRegistry, **files: Path | None) -> str:
    """What a run says that gets nobody's answer: the exit code is 1, everybody stays due and nobody is quarantined."""
    code, said = night.refresh(demo, **files)
    assert code == exits.FAILED
    assert demo.asked.total() == 0
    assert night.library.rows("SELECT count(*)::int FROM library.patron WHERE registry_status IS NOT NULL") == [(0,)]
    assert night.library.rows("SELECT FROM sync.quarantine") == []
    assert night.library.rows("SELECT FROM sync.patron_check WHERE next_due > '-infinity'") == []
    told = str(said.get("message") or said.get("error"))
    state = night.flow_run()["state"]
    assert state["type"] == "FAILED"
    assert state["message"].splitlines()[0] in told
    return told


def test_the_right_certificate_gets_everybody_s_answer(night: Night, tls_registry: Start, ours: Files) -> None:
    code, report = night.refresh(tls_registry(), **ours)
    assert (code, report["outcomes"], report["warnings"]) == (exits.DONE, {"first answer": PATRONS}, [])


def test_none(night: Night, tls_registry: Start, ours: Files) -> None:
    assert CERTIFICATE in _told(night, tls_registry(), ca=ours["ca"])


@pytest.mark.parametrize("days", [PAST, FUTURE], ids=["expired", "not yet valid"])
def test_ours_is_not_valid_today(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files, days: tuple[date, date]
) -> None:
    old = authority.issue("not-today", first_day=days[0], last_day=days[1])
    told = _told(night, tls_registry(), ca=ours["ca"], certificate=old.certificate, key=old.key)
    assert CERTIFICATE in told
    said = "expired" if days == PAST else "not valid before 2090-01-01"
    run = night.flow_run()["id"]
    assert wait_until(lambda: any(level == 30 and said in line for level, line in night.logged(run)))


def test_ours_is_from_an_authority_that_the_registry_does_not_know(
    night: Night, tls_registry: Start, another_authority: MadeUpAuthority, ours: Files
) -> None:
    stranger = another_authority.issue("stranger")
    told = _told(night, tls_registry(), ca=ours["ca"], certificate=stranger.certificate, key=stranger.key)
    assert CERTIFICATE in told


def test_a_key_that_does_not_fit(night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files) -> None:
    other = authority.issue("other")
    told = _told(night, tls_registry(), **{**ours, "key": other.key})
    assert KEY in told and "does not fit" in told


def test_a_file_that_is_no_certificate(night: Night, tls_registry: Start, ours: Files, tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    assert CERTIFICATE in _told(night, tls_registry(), **{**ours, "certificate": tmp_path / "text.pem"})
    assert CA in _told(night, tls_registry(), **{**ours, "ca": tmp_path / "text.pem"})


@pytest.mark.parametrize("setting", ["certificate", "key", "ca"])
def test_a_file_that_is_not_there(night: Night, tls_registry: Start, ours: Files, tmp_path: Path, setting: str) -> None:
    from flows.errors import UsageError

    with pytest.raises(UsageError, match=f"PATRONSYNC_REGISTRY_{setting.upper()}"):
        night.settings(tls_registry(), **{**ours, setting: tmp_path / "nothing.pem"})


def test_the_registry_s_is_from_an_authority_that_we_do_not_trust(
    night: Night, tls_registry: Start, another_authority: MadeUpAuthority, ours: Files
) -> None:
    told = _told(night, tls_registry(another_authority.issue("server")), **ours)
    assert CA in told and CERTIFICATE not in told and "a root" in told


@pytest.mark.parametrize("days", [PAST, FUTURE], ids=["expired", "not yet valid"])
def test_the_registry_s_is_not_valid_today(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files, days: tuple[date, date]
) -> None:
    issued = authority.issue("server-not-today", first_day=days[0], last_day=days[1])
    told = _told(night, tls_registry(issued), **ours)
    assert URL in told and CA not in told and ("expired" if days == PAST else "not yet valid") in told


def test_the_registry_s_is_for_another_host(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files
) -> None:
    told = _told(night, tls_registry(authority.issue("elsewhere", hosts=("registry.invalid",))), **ours)
    assert URL in told and CA not in told and "for another" in told


# Warned of in time ----------------------------------------------------------------------------------------------------


def _findings(settings: Settings, day: date) -> list[Finding]:
    """What `patronsync check` finds, but for what is well."""
    return [finding for finding in look_at_registry(settings, day) if finding.ok is not True]


@pytest.mark.parametrize(("days", "warned"), [(31, False), (30, True), (1, True)])
def test_an_expiry_is_warned_of_30_days_ahead_in_the_log_the_report_and_by_check(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files, days: int, warned: bool
) -> None:
    today = copenhagen_day(night.library.connection)
    last_day = today + timedelta(days=days)
    soon = authority.issue("soon", last_day=last_day)
    demo = tls_registry()
    code, report = night.refresh(demo, ca=ours["ca"], certificate=soon.certificate, key=soon.key)
    assert (code, report["state"]) == (exits.DONE, "done")
    line = f"Our certificate expires in {days} days, on {last_day}."
    assert [warning.partition(" Order")[0] for warning in report["warnings"]] == [line] * warned
    run = night.flow_run()["id"]
    [artifact] = night.api(
        "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}, "key": {"any_": ["registry-refresh"]}}}
    )
    assert (line in artifact["data"]) == warned
    assert wait_until(lambda: len(night.logged(run)) >= 3)
    assert [(level, said) for level, said in night.logged(run) if "certificate" in said] == [
        (30, warning) for warning in report["warnings"]
    ]
    found = _findings(night.library.settings, today)
    assert [(finding.ok, finding.said) for finding in found] == [(None, line)] * warned
    assert all(CERTIFICATE in finding.remedy for finding in found)


def test_a_key_that_others_may_read_is_warned_of_and_used(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files
) -> None:
    open_to_all = authority.issue("open-to-all")
    open_to_all.key.chmod(0o644)
    files = {"ca": ours["ca"], "certificate": open_to_all.certificate, "key": open_to_all.key}
    code, report = night.refresh(tls_registry(), **files)
    assert (code, report["outcomes"]) == (exits.DONE, {"first answer": PATRONS})
    [warning] = report["warnings"]
    assert KEY in warning and f"chmod 600 {open_to_all.key}" in warning
    [found] = _findings(night.library.settings, DAY)
    assert (found.ok, found.remedy) == (None, warning.partition("our key. ")[2])


def test_a_person_reads_the_warning_too_in_the_language_of_the_settings(
    night: Night, tls_registry: Start, authority: MadeUpAuthority, ours: Files
) -> None:
    soon = authority.issue("soon-too", last_day=copenhagen_day(night.library.connection) + timedelta(days=8))
    night.library.settings = night.settings(
        tls_registry(), ca=ours["ca"], certificate=soon.certificate, key=soon.key
    ).model_copy(update={"language": "da"})
    code, out = night.library.command("refresh", "--today", DAY.isoformat())
    assert code == exits.DONE
    assert "Vores certifikat udløber om" in out and CERTIFICATE in out
