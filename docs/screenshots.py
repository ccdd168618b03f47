"""Makes the pictures of docs/pictures that are photographs: `python -m docs.screenshots`, by hand, in ten minutes.

Some nights on made-up people, the last of them as an operator starts it in Prefect; what is seen of it there; a
night that waits for a word; and the report. Needs Debian's Chromium. Look at the pictures before you commit them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.clock import now
from flows.local.demo import Demo, demo
from flows.local.deployments import deploy
from flows.local.up import worker
from flows.parameters import ExtractKind, NightStep
from flows.settings.names import variable

PICTURES = Path(__file__).with_name("pictures")
PATRONS = 4_000
BEFORE = range(24, 0, -2)
"""Which nights go before tonight, as days before it."""
BORROWING = ("loans", "reservations", "charges", "payments", "messages", "holds")
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
DESKTOP, PHONE = (1120, 800), (360, 740)
MOST_BYTES = 200_000
"""A picture that is larger does not belong into a repository."""


def main() -> None:
    """Makes all of them."""
    with demo(PATRONS) as world:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):  # a second of every run
            _nights_before(world)
        with sync_playwright() as playwright:  # its event loop must not meet that of flows in this process
            _photograph(playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS)), world)


def _photograph(browser: Browser, world: Demo) -> None:
    """Tonight, and a night that waits."""
    (world.settings.data_dir / ".env").write_text(_settings(world))
    deploy(world.settings)
    with worker(world.settings), _logged_in(browser, world) as (page, prefect):
        # At weekends the registry is asked by a night of chosen steps alone.
        whole = {"steps": [step.value for step in NightStep]} if world.today.isoweekday() > 5 else {}
        night = prefect.press_run(**whole)
        prefect.reaches(night, "Completed")
        page.goto(f"{prefect.address}/v2/runs/flow-run/{night}")
        page.get_by_role("tab", name="Artifacts").click()
        page.wait_for_timeout(4_000)  # the timeline is drawn in its own time
        _take(page, "prefect-night")
        _report(browser, world)
        (world.settings.data_dir / ".env").write_text(_settings(world) + _TIGHT)
        world.connection.execute("UPDATE library.patron SET road_code = '0001' WHERE registry_status IS NOT NULL")
        night = prefect.press_run(**whole, scope="all", today=str(world.today - timedelta(days=1)))
        prefect.reaches(night, "Suspended")
        page.goto(f"{prefect.address}/v2/runs/flow-run/{night}")
        page.get_by_role("button", name="Open menu").first.click()
        page.get_by_role("menuitem", name="Resume").click()
        page.get_by_role("dialog").get_by_text("the limit is").first.wait_for()
        page.wait_for_timeout(1_000)
        _take(page, "prefect-waits")


_TIGHT = f"{variable('brake_address_changed_percent')}=2\n"


def _nights_before(world: Demo) -> None:
    """Everybody is known, and the nights before tonight have gone by; what was borrowed is loaded."""
    for kind in ("patrons", "guardians"):
        world.load(ExtractKind(kind), world.first_day)
    without_retention = [step for step in NightStep if step is not NightStep.retention_cleanup]
    world.night(world.first_day, *without_retention)
    for back in BEFORE:
        day = world.today - timedelta(days=back)
        world.registry.advance(day)
        world.night(day, *without_retention)
        print(f"night of {day}", file=sys.stderr)
    world.move_on()
    for kind in BORROWING:
        world.load(ExtractKind(kind), world.today)


def _settings(world: Demo) -> str:
    """What the runs of deployments need to know beside the data directory."""
    return f"{variable('registry_url')}={world.settings.registry_url}\n"


def _report(browser: Browser, world: Demo) -> None:
    """The report of the night, on a desk and on a phone."""
    from flows.reporting.night_facts import read_night
    from flows.reporting.night_page import night_page
    from flows.wording import words

    file = world.settings.data_dir / "report.html"
    said = words("en")
    facts = read_night(world.connection, world.settings, None, said)
    file.write_text(night_page(facts, said, "en", moment=now(), database="127.0.0.1:5432/patronsync"))
    for name, (width, height), part in (
        ("report", DESKTOP, ""),
        ("report-changes", DESKTOP, "changes"),
        ("report-phone", PHONE, ""),
    ):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"{file.as_uri()}#{part}")
        _take(page, name)
        page.close()


class _Prefect:
    """Prefect's API, as far as it is needed here."""

    def __init__(self, address: str, password: str) -> None:
        user, _, secret = password.partition(":")
        self.address = address
        self._api = httpx.Client(base_url=f"{address}/api", auth=(user, secret), timeout=30)

    def press_run(self, **parameters: Any) -> str:
        """Starts a night."""
        deployment = self._api.get("/deployments/name/nightly/nightly").json()["id"]
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        for _ in range(10):
            made = self._api.post(f"/deployments/{deployment}/create_flow_run", json=body)
            if made.status_code != 503:  # SQLite's lock: too busy just now
                break
            time.sleep(1)
        return str(made.raise_for_status().json()["id"])

    def reaches(self, flow_run: str, wanted: str) -> None:
        """Waits until the run is in that state."""
        for _ in range(180):
            if (state := self._api.get(f"/flow_runs/{flow_run}").json()["state"])["name"] == wanted:
                return
            if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                break
            time.sleep(1)
        raise SystemExit(f"the night is {state['name']}, not {wanted}: {state['message']}")


@contextmanager
def _logged_in(browser: Browser, world: Demo) -> Iterator[tuple[Page, _Prefect]]:
    """A page of Prefect's, as an operator in Denmark has it."""
    address = os.environ["PREFECT_API_URL"].removesuffix("/api")
    password = (world.settings.data_dir / "prefect" / "password").read_text().strip()
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, timezone_id="Europe/Copenhagen", locale="en-GB"
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_placeholder("admin:pass").fill(password)
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/dashboard*")
    yield page, _Prefect(address, password)
    context.close()


def _take(page: Page, name: str) -> None:
    picture = PICTURES / f"{name}.png"
    page.screenshot(path=picture)
    size = picture.stat().st_size
    print(f"{picture.name}: {size / 1000:.0f} kB", file=sys.stderr)
    if size > MOST_BYTES:
        raise SystemExit(f"{picture.name} is larger than {MOST_BYTES / 1000:.0f} kB")


if __name__ == "__main__":
    main()
