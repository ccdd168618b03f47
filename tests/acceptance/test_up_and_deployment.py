"""`patronsync up`: a deployment run from Prefect's API as the UI does it, brakes included; nothing is left after it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from db.connect import connect
from db.embedded import remove, url
from flows.local import demo_registry, prefect_server
from flows.local.shared_process import stop_unused
from tests.fixtures.browser import window
from tests.fixtures.prefect import wait_until
from tests.fixtures.prefect_pages import PREFECTS_OWN, PrefectPages, press
from tests.fixtures.processes import processes_of, workers_of

PATRONS = 300
NIGHT = "SELECT max(run_id) FROM sync.run WHERE flow = 'nightly'"
COMMAND = str(Path(sys.executable).with_name("patronsync"))
OLD_LOANS = (
    "INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at) "
    "SELECT 'L' || n, (SELECT min(patron_number) FROM library.patron), 'I1', 'T', '2026-01-05', '2026-01-06' "
    "FROM generate_series(1, 20) AS n"
)
WITHOUT_SETTINGS = {
    name: value for name, value in os.environ.items() if not name.startswith(("PATRONSYNC_", "PREFECT_"))
}


@dataclass
class Up:
    """A running `patronsync up`, its data directory, and Prefect's API as a browser sees it."""

    data_dir: Path
    process: subprocess.Popen[str]
    api: httpx.Client
    said: str

    def patronsync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command beside it, on the same data directory."""
        return patronsync(self.data_dir, *arguments)

    def settings(self, **values: object) -> None:
        """Writes the settings file that the runs of deployments read."""
        lines = [f"PATRONSYNC_{name.upper()}={value}\n" for name, value in values.items()]
        (self.data_dir / ".env").write_text("".join(lines))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """A query on its database."""
        address = url(self.data_dir)
        assert address is not None
        with connect(address) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload]

    def deployment(self, flow: str) -> str:
        """The id of the flow's deployment."""
        return str(self.api.get(f"/deployments/name/{flow}/{flow}").raise_for_status().json()["id"])

    def press_run(self, flow: str = "registry-refresh", **parameters: object) -> str:
        """What the button Run does: a flow run of the deployment; returns its id."""
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        made = self.post(f"/deployments/{self.deployment(flow)}/create_flow_run", body).raise_for_status()
        return str(made.json()["id"])

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """A POST that is sent again while the server is too busy (SQLite's lock), as Prefect's own client does."""
        for _ in range(10):
            answer = self.api.post(path, json=body)
            if answer.status_code != 503:
                return answer
            time.sleep(1)
        return answer

    def flow_run(self, flow_run: str) -> dict[str, Any]:
        """The flow run as the UI reads it."""
        shown: dict[str, Any] = self.api.get(f"/flow_runs/{flow_run}").raise_for_status().json()
        return shown

    def steps_of(self, flow_run: str) -> list[dict[str, Any]]:
        """The flow runs under a night's, in their order."""
        body = {"flow_runs": {"parent_flow_run_id": {"any_": [flow_run]}}, "sort": "START_TIME_ASC"}
        shown: list[dict[str, Any]] = self.post("/flow_runs/filter", body).raise_for_status().json()
        return shown

    def form_of(self, flow_run: str) -> dict[str, Any]:
        """The schema of the form that a suspended run shows."""
        keyset = self.flow_run(flow_run)["state"]["state_details"]["run_input_keyset"]
        schema: dict[str, Any] = self.api.get(f"/flow_runs/{flow_run}/input/{keyset['schema']}").json()
        return schema

    def reaches(self, flow_run: str, *states: str) -> dict[str, Any]:
        """Waits until the flow run is in one of the states."""
        assert wait_until(lambda: self.flow_run(flow_run)["state"]["name"] in states, 90), self.flow_run(flow_run)
        return self.flow_run(flow_run)


def patronsync(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user does."""
    return subprocess.run(
        [COMMAND, *arguments],
        env={**WITHOUT_SETTINGS, "PATRONSYNC_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def start(data_dir: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """Starts `patronsync up`, and what it says until it is up."""
    process = subprocess.Popen(
        [COMMAND, "up"],
        env={**WITHOUT_SETTINGS, "PATRONSYNC_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C stops"):
            break
    return process, said


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, prefect_home: Callable[[Path], Path]) -> Iterator[Up]:
    """It is up, and an extract has been loaded beside it."""
    data_dir = tmp_path_factory.mktemp("up") / "data"
    data_dir.mkdir(mode=0o700)
    prefect_home(data_dir)
    running = None
    try:
        process, said = start(data_dir)
        address = next((line.split()[1] for line in said if line.startswith("Prefect ")), None)
        assert address is not None, "".join(said)
        extract = data_dir.parent / "patrons.csv"
        made = patronsync(data_dir, "demo-registry", "--extract", str(extract), "--patrons", str(PATRONS))
        assert made.returncode == 0, made.stderr
        loaded = patronsync(data_dir, "import", "patrons", str(extract))
        assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        user, _, password = (data_dir / "prefect" / "password").read_text().strip().partition(":")
        with httpx.Client(base_url=f"{address}/api", auth=(user, password), timeout=30) as api:
            running = Up(data_dir, process, api, "".join(said))
            yield running
    finally:
        if running is not None and running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            running.process.communicate(timeout=60)
        for part in (demo_registry, prefect_server):
            stop_unused(part.service_of(data_dir))
        remove(data_dir)


@pytest.fixture(scope="module")
def ui(up: Up, browser: Browser) -> Iterator[PrefectPages]:
    """Prefect's pages, for an operator who has logged in."""
    with window(browser) as opened:
        pages = PrefectPages(opened, str(up.api.base_url).removesuffix("/api/"))
        pages.log_in((up.data_dir / "prefect" / "password").read_text().strip())
        yield pages
        assert opened.hosts - {"127.0.0.1"} <= PREFECTS_OWN


def test_it_tells_where_everything_is_and_that_nobody_is_in_the_library_yet(up: Up) -> None:
    assert f"copy the line in {up.data_dir}/prefect/password" in up.said
    assert "registry-refresh, guardian-links, net-media-eligibility, retention-cleanup, extract-import" in up.said
    assert "Nobody is in the library yet" in up.said


def test_an_operator_presses_run_and_everybody_is_refreshed(up: Up) -> None:
    ended = up.reaches(up.press_run(limit=290), "Completed", "Failed", "Crashed")
    assert ended["state"]["name"] == "Completed", ended["state"]
    assert ended["name"] == "refresh due, at most 290"
    assert up.rows("SELECT count(*) FROM library.patron WHERE registry_status IS NOT NULL")[0][0] > 250
    artifacts = up.api.post("/artifacts/filter", json={"artifacts": {"key": {"any_": ["registry-refresh"]}}}).json()
    assert artifacts[0]["flow_run_id"] == ended["id"]
    assert "| checked |" in artifacts[0]["data"]
    checked = up.patronsync("check").stdout
    assert "work pool patronsync: a worker is there" in checked and "nightly: 30 3 * * *" in checked


def test_a_held_run_suspends_itself_and_the_command_line_s_word_lets_it_go_on(up: Up) -> None:
    up.settings(brake_dead_percent=0, brake_newly_protected_percent=0, brake_address_changed_percent=0)
    with connect(url(up.data_dir) or "", autocommit=True) as connection:
        connection.execute("UPDATE library.patron SET road_code = '0001' WHERE registry_status IS NOT NULL")
    flow_run = up.press_run(scope="all", today=_day(up, 2))
    held = up.reaches(flow_run, "Suspended", "Completed", "Failed", "Crashed")
    assert held["state"]["name"] == "Suspended", held["state"]
    assert up.rows("SELECT state FROM sync.run ORDER BY run_id DESC LIMIT 1") == [("waiting",)]
    before = up.rows("SELECT count(*) FROM sync.change")
    [asked] = up.form_of(flow_run)["required"]
    for wrong in ({}, {asked: "perhaps"}):
        assert up.post(f"/flow_runs/{flow_run}/resume", {"run_input": wrong}).json()["status"] == "REJECT"
    [(run,)] = up.rows("SELECT max(run_id) FROM sync.run")
    answered = up.patronsync("approvals", "answer", str(run), "apply")
    assert answered.returncode == 0 and "resumed" in answered.stdout, answered.stderr
    assert up.reaches(flow_run, "Completed", "Failed", "Crashed")["state"]["name"] == "Completed"
    assert up.rows("SELECT state FROM sync.run ORDER BY run_id DESC LIMIT 1") == [("done",)]
    assert up.rows("SELECT count(*) FROM sync.change") > before
    assert [word for (word,) in up.rows("SELECT DISTINCT word FROM sync.approval")] == ["apply"]


def _day(up: Up, before: int) -> str:
    """The day so many days before today. Nobody is looked up twice on one: each test has its own."""
    return str(up.rows(f"SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date - {before}")[0][0])


def test_a_night_asks_all_its_questions_in_one_form_in_the_browser_and_then_does_what_is_left(
    up: Up, ui: PrefectPages
) -> None:
    with connect(url(up.data_dir) or "", autocommit=True) as connection:
        connection.execute("UPDATE library.patron SET road_code = '0001' WHERE registry_status IS NOT NULL")
        connection.execute(OLD_LOANS)
    up.settings(brake_address_changed_percent=0, brake_retention_removed_more_than=5)
    every_step = ["registry-refresh", "guardian-links", "net-media-eligibility", "retention-cleanup"]
    flow_run = up.press_run("nightly", scope="all", today=_day(up, 1), steps=every_step)  # whatever the weekday
    held = up.reaches(flow_run, "Suspended", "Completed", "Failed", "Crashed")
    assert held["state"]["name"] == "Suspended", held["state"]
    assert [(step["state"]["name"], step["tags"]) for step in up.steps_of(flow_run)] == [("Held", ["patronsync"])] * 2
    [(night,)] = up.rows("SELECT max(run_id) FROM sync.run WHERE flow = 'nightly'")
    form = up.form_of(flow_run)
    assert form["required"] == list(form["properties"])
    assert [one["title"] for one in form["properties"].values()] == ["registry-refresh", "retention-cleanup: loans"]
    refresh, retention = form["properties"]
    for wrong in ({}, {refresh: "apply"}, {refresh: "apply", retention: "perhaps"}):
        assert up.post(f"/flow_runs/{flow_run}/resume", {"run_input": wrong}).json()["status"] == "REJECT"
    assert up.flow_run(flow_run)["state"]["name"] == "Suspended"
    ui.run(flow_run)
    shown = ui.menu("Resume")
    press(shown.get_by_role("button", name="Resume"), ui.opened.page.get_by_text("is a required property").first)
    for question in ("registry-refresh", "retention-cleanup: loans"):
        ui.choose(ui.field(question, shown), "apply")
    ui.resume(shown)
    ended = up.reaches(flow_run, "Completed", "Failed", "Crashed")
    assert ended["state"]["name"] == "Completed", ended["state"]
    assert up.rows(f"SELECT flow, state FROM sync.run WHERE night_id = {night} ORDER BY run_id") == [
        ("registry-refresh", "done"),
        ("retention-cleanup", "done"),
        ("guardian-links", "done"),
        ("net-media-eligibility", "done"),
    ]
    assert up.rows(f"SELECT state FROM sync.run WHERE run_id = {night}") == [("done",)]
    assert up.rows("SELECT count(*) FROM library.loan") == [(0,)]
    assert up.rows("SELECT DISTINCT word FROM sync.approval WHERE answered_by = 'Prefect'") == [("apply",)]
    ui.run(flow_run)
    page = ui.opened.page
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_role("tabpanel").get_by_role("link").filter(has_text=": done").click()
    page.get_by_role("cell").filter(has_text="rows removed").wait_for()
    ui.leave()
    body = {"artifacts": {"key": {"any_": ["nightly"]}, "flow_run_id": {"any_": [flow_run]}}, "sort": "CREATED_DESC"}
    summary = up.api.post("/artifacts/filter", json=body).json()[0]["data"]
    assert re.search(r"\| retention-cleanup \| done \|.* rows removed", summary), summary
    assert "| registry-refresh | done |" in summary


def test_nobody_s_word_in_time_ends_a_run_begun_in_the_browser_as_failed_there_and_as_aborted_on_record(
    up: Up, ui: PrefectPages
) -> None:
    up.settings(brake_retention_removed_more_than=5, operators_word_hours=0.002)
    with connect(url(up.data_dir) or "", autocommit=True) as connection:
        connection.execute(OLD_LOANS)
        ui.form(up.deployment("retention-cleanup"))
        assert up.reaches(ui.submit(), "Failed", "Completed", "Crashed")["state"]["name"] == "Failed"
        assert "aborted: nobody answered" in up.patronsync("status").stdout
        assert up.rows("SELECT state FROM sync.run ORDER BY run_id DESC LIMIT 1") == [("aborted",)]
        connection.execute("DELETE FROM library.loan")


def test_a_form_in_the_browser_explains_itself_and_refuses_a_cpr_number(up: Up, ui: PrefectPages) -> None:
    ui.form(up.deployment("nightly"))
    for name, said in {
        "steps": "These steps alone, whatever the day of the week",
        "failed_since": "Only what has failed, or was not reached",
        "scope": "quarantined - those in quarantine",
        "patron_numbers": "Never CPR numbers.",
        "dry_run": "Report what would change, but change nothing",
        "today": "a day ahead is possible in a dry run alone",
    }.items():
        assert said in ui.field(f"{name} (Optional)").inner_text()
    numbers = ui.field("patron_numbers (Optional)")
    numbers.get_by_role("tab", name="list").click()
    numbers.get_by_role("button", name="Add item").click()
    numbers.get_by_role("textbox").fill("010180-9995")
    ui.opened.page.get_by_role("button", name="Submit").click()
    numbers.get_by_text("is not valid").wait_for()


def test_a_night_cancelled_in_the_browser_is_whole_and_retry_does_what_is_left(
    full_size_alone: None, up: Up, ui: PrefectPages
) -> None:
    up.settings()
    with connect(url(up.data_dir) or "") as holder:
        holder.execute("LOCK TABLE library.reservation IN ACCESS EXCLUSIVE MODE")  # retention gets so far, and waits
        flow_run = up.press_run("nightly", scope="quarantined", steps=["registry-refresh", "retention-cleanup"])
        at_work = "SELECT 1 FROM sync.run WHERE flow = 'retention-cleanup' AND state = 'running'"
        assert wait_until(lambda: bool(up.rows(at_work)), 90)
        ui.run(flow_run)
        sure = ui.menu("Cancel")
        press(sure.get_by_role("button", name="Cancel Flow Run"), sure, "hidden")
        ui.leave()
        assert up.reaches(flow_run, "Cancelled", "Completed", "Failed", "Crashed")["state"]["name"] == "Cancelled"
    steps = f"SELECT flow, state FROM sync.run WHERE night_id = ({NIGHT}) ORDER BY run_id"
    ui.run(flow_run)
    sure = ui.menu("Retry")
    press(sure.get_by_role("button", name="Retry"), sure, "hidden")
    ui.leave()
    assert wait_until(lambda: up.flow_run(flow_run)["state"]["name"] != "Cancelled")
    assert up.reaches(flow_run, "Completed", "Failed", "Crashed")["state"]["name"] == "Completed"
    assert up.rows(steps) == [
        ("registry-refresh", "done"),
        ("retention-cleanup", "killed"),
        ("retention-cleanup", "done"),
    ]
    assert up.rows(f"SELECT state FROM sync.run WHERE run_id = ({NIGHT})") == [("done",)]


def test_a_run_that_fails_says_what_to_do(up: Up) -> None:
    up.settings(registry_url="http://127.0.0.1:9/", registry_deadline=0.6)  # nobody listens there
    [(patron,)] = up.rows("SELECT min(patron_number) FROM library.patron WHERE cpr_number IS NOT NULL")
    ended = up.reaches(up.press_run(scope="patrons", patron_numbers=[patron]), "Completed", "Failed", "Crashed")
    up.settings()
    assert ended["state"]["name"] == "Failed"
    assert "stay due" in ended["state"]["message"]


def test_who_asks_what_is_kept_about_them_finds_it_in_a_file_and_prefect_finds_nothing(up: Up, tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    [(patron, name)] = up.rows("SELECT patron_number, name FROM library.patron WHERE name IS NOT NULL LIMIT 1")
    ended = up.reaches(up.press_run("subject-access", file=str(file), patron_number=patron), "Completed", "Failed")
    assert (ended["state"]["name"], ended["name"]) == ("Completed", "what is kept about one person"), ended["state"]
    assert name in file.read_text(encoding="utf-8") and stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = [ended, up.api.post("/logs/filter", json={"logs": {"flow_run_id": {"any_": [ended["id"]]}}}).json()]
    assert name not in json.dumps(kept, ensure_ascii=False) and name not in json.dumps(kept)


def test_the_form_refuses_what_looks_like_a_cpr_number_and_keeps_nothing_of_it(up: Up) -> None:
    deployment = up.api.get("/deployments/name/registry-refresh/registry-refresh").json()
    for typed in ("010180-9995", "010180 9995"):
        body = {"parameters": {"scope": "patrons", "patron_numbers": [typed]}}
        refused = up.post(f"/deployments/{deployment['id']}/create_flow_run", body)
        assert refused.status_code in (409, 422)
    database = (up.data_dir / "prefect" / "prefect.db").read_bytes()
    assert b"010180-9995" not in database


@pytest.mark.parametrize("path", ["/flow_runs/filter", "/deployments/filter", "/admin/settings"])
def test_the_api_answers_401_without_the_password(up: Up, path: str) -> None:
    assert httpx.post(f"{up.api.base_url}{path.lstrip('/')}", json={}).status_code in (401, 405)
    assert httpx.get(f"{up.api.base_url}{path.lstrip('/')}").status_code == 401


def test_a_cpr_number_typed_as_a_patron_number_goes_nowhere(up: Up) -> None:
    [(number,)] = up.rows("SELECT cpr_number FROM library.patron WHERE cpr_number IS NOT NULL LIMIT 1")
    for typed in (number, f"{number[:6]} {number[6:]}"):
        refused = up.patronsync("refresh", "--patron", typed)
        assert refused.returncode == 2
        assert typed not in refused.stdout + refused.stderr


def test_after_all_that_no_cpr_number_has_left_its_column(up: Up) -> None:
    query = "SELECT cpr_number FROM library.patron UNION SELECT cpr_number FROM library.former_cpr_number"
    numbers = {number.encode() for (number,) in up.rows(query) if number}
    assert len(numbers) > PATRONS * 0.9
    looked_at = [path for path in up.data_dir.rglob("*") if path.is_file() and "postgresql" not in path.parts]
    looked_at += _server_logs(up)
    assert {"prefect.db", "worker.log"} <= {path.name for path in looked_at}
    for path in looked_at:
        found = numbers & set(re.findall(rb"(?<![0-9])[0-9]{10}(?![0-9])", path.read_bytes()))
        assert not found, f"{len(found)} CPR numbers stand in {path.name}"


def _server_logs(up: Up) -> list[Path]:
    [(directory,)] = up.rows("SHOW data_directory")
    return [path for path in Path(directory).parent.rglob("*log*") if path.is_file() and "pg_wal" not in path.parts]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_what_a_killed_one_leaves_is_joined_by_the_next_and_a_signal_stops_all_with_the_run_under_way(up: Up) -> None:
    up.process.kill()
    up.process.communicate()
    assert wait_until(lambda: not workers_of(up.data_dir)), "the worker ends by itself"
    left = processes_of(up.data_dir)
    assert left, "the servers could not be stopped by anybody"
    up.process, said = start(up.data_dir)
    assert left.keys() <= processes_of(up.data_dir).keys(), "".join(said)
    under_way = up.press_run(dry_run=True)
    up.reaches(under_way, "Pending", "Running")
    assert processes_of(up.data_dir)
    up.process.send_signal(signal.SIGTERM)
    last, _ = up.process.communicate(timeout=60)
    assert up.process.returncode == 0, last
    assert last.endswith("Stopped.\n")
    assert processes_of(up.data_dir) == {}
    assert url(up.data_dir) is None
