"""The whole night on made-up people, in a temporary directory of its own (docs/start.md).

It reads no setting that names a database, a registry, a server or a folder: what it works with it makes itself,
and everything is stopped and removed when it ends, however it ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cpr_client.demo.ageing import AgeingLog
from cpr_client.demo.extract import people_for
from cpr_client.demo.people import build_people
from cpr_client.demo.server import DemoRegistry
from db import embedded
from db.connect import Connection, connect
from db.instance import mark_made_up
from db.patrons.store import list_cases, read_patron
from db.refresh.batches import holders
from flows.clock import today
from flows.local.demo_agreements import write_agreements
from flows.local.demo_borrowing import write_borrowing
from flows.local.demo_patrons import write_extracts
from flows.local.embedded import environment
from flows.parameters import ExtractKind, NightStep
from flows.reporting.patron_view import patron_json
from flows.settings import Settings

PATRONS = 5_000
SEED = 2026
BACK = timedelta(days=100)
SHOWN_PER_KIND = 1

_SETTINGS = ("PATRONSYNC_", "PREFECT_", "PG")


@dataclass(slots=True)
class Demo:
    """The running parts: a registry of made-up people, and a database with the patrons among them."""

    registry: DemoRegistry
    settings: Settings
    connection: Connection
    files: dict[str, Path]
    first_day: date
    today: date

    def load(self, kind: ExtractKind, day: date) -> Any:
        """Loads an extract as a library would on `day`, and marks the database as one of made-up people."""
        from flows.extract_import import extract_import

        mark_made_up(self.connection)
        return extract_import(kind, self.files[kind], today=day, return_state=True)

    def night(self, day: date, *steps: NightStep) -> Any:
        """The night of `day`, as a Prefect flow: these steps of it, whatever the day of the week."""
        from flows.nightly import nightly

        return nightly(steps=list(steps), today=day, return_state=True)

    def move_on(self) -> AgeingLog:
        """Lets the registry's people live on until today."""
        return self.registry.advance(self.today)

    def some(self, log: AgeingLog) -> dict[str, list[str]]:
        """Per kind of thing that happened a few of the patrons it happened to."""
        chosen = {}
        for kind, numbers in log.happened.items():
            found = holders(self.connection, numbers)
            chosen[kind] = [found[number] for number in numbers if number in found][:SHOWN_PER_KIND]
        return {kind: patrons for kind, patrons in chosen.items() if patrons}

    def cases(self) -> Counter[str]:
        """How many cases of each kind wait for staff today."""
        return Counter(case.kind for case in list_cases(self.connection, self.today))

    def seen(self, number: str, day: date) -> dict[str, Any]:
        """A patron as `patronsync patron --json` shows them."""
        view = read_patron(self.connection, number, day)
        assert view is not None
        return patron_json(view, day)


@contextmanager
def demo(patrons: int = PATRONS) -> Iterator[Demo]:
    """Starts everything for so many patrons in a temporary directory; leaving the block stops and removes it all."""
    day = today()
    first_day = day - BACK
    with _own_world() as home:
        people = build_people(people_for(patrons), SEED, first_day)
        patrons_file, guardians_file = home / "patrons.csv", home / "guardians.csv"
        write_extracts(people, patrons, patrons_file, guardians_file, first_day)
        agreements = home / "agreements.csv"
        write_agreements(agreements, first_day, day)
        files = {ExtractKind.patrons.value: patrons_file, ExtractKind.guardians.value: guardians_file}
        files[ExtractKind.agreements.value] = agreements
        files |= write_borrowing(patrons_file, SEED, home, day)
        with (
            DemoRegistry(people) as registry,
            environment(Settings(data_dir=home, registry_url=registry.url), need_prefect=True) as settings,
            connect(settings.connection_url, autocommit=True) as connection,
        ):
            yield Demo(registry, settings, connection, files, first_day, day)


@contextmanager
def _own_world() -> Iterator[Path]:
    """A temporary directory, and an environment in which nothing of this user's settings stands."""
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_SETTINGS)}
    home = Path(tempfile.mkdtemp(prefix="patronsync-demo-"))
    try:
        yield home
    finally:
        embedded.remove(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.update(before)
