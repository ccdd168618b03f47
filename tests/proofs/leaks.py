"""Made-up people whose every part would be recognized anywhere, and all the places to look for it.

with spying() as spy:            everything that is logged in this process, at DEBUG, whoever logs it
    ...
spy.silent("more", "texts")      nothing of these people stands in the log or in these texts
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx

from flows.observability import redaction
from tests.fixtures.prefect import PrefectServer

PEOPLE = {
    "L1": ("3112591234", "Kvistholm Brusgaard"),
    "L2": ("3010685566", "Tjurrebo Vandelstrup"),
    "L3": ("2909717788", "Oddermose Skjaldvig"),
}
"""Patron number -> CPR number and name; the first six digits of these are nobody's clock or port."""

NUMBER, NAME = PEOPLE["L1"]
NEW_NAME = "Brydegaard Ormhoej"
STREET, LINE, CO = "Skjultevaenget", "Gemmestedet 9", "Hulkaer"
EMAIL = "kvistholm@hemmelig.example"

WORDS = sorted(
    {word for _, name in PEOPLE.values() for word in name.split()} | {*NEW_NAME.split(), STREET, LINE, CO, EMAIL}
)

_DAYS = [(digits[:2], digits[2:4], digits[4:6]) for digits, _ in PEOPLE.values()]
_NUMBERS = re.compile("|".join(f"{digits[:6]}-?{digits[6:]}" for digits, _ in PEOPLE.values()).encode())
# Half a number, and the birth date that it is: where it is no part of a longer number, or of a second.
_DATES = re.compile(
    "|".join(
        rf"(?<![0-9A-Za-z.]){form}(?![0-9A-Za-z])"
        for d, m, y in _DAYS
        for form in (f"{d}{m}{y}", f"19{y}-{m}-{d}", f"19{y}{m}{d}", f"{d}[-./]{m}[-./](?:19)?{y}")
    ).encode()
)


def found_in(text: str | bytes) -> list[str]:
    """What stands in the text of a number, half of one, a birth date, a name or an address."""
    data = text.encode(errors="replace") if isinstance(text, str) else text
    hits = [match.decode() for match in (*_NUMBERS.findall(data), *_DATES.findall(data))]
    return hits + [word for word in WORDS if word.encode() in data]


def whole(problem: BaseException) -> str:
    """The error as a house would print it at its most talkative, chained; source lines of tests left out."""
    told = traceback.TracebackException.from_exception(problem)
    parts = [f"{type(problem).__name__} {problem} {problem!r} {problem.args!r}", *told.format(chain=True)]
    return "\n".join(parts)


def _around(secret: str, text: str) -> str:
    place = max(text.find(secret), 0)
    return text[max(0, place - 120) : place + 120]


@dataclass
class Spy:
    """What was written to any logger."""

    log: StringIO

    def silent(self, *texts: str | bytes) -> None:
        """Nothing of these people stands in the log, nor in the texts. The log is not empty."""
        logged = self.log.getvalue()
        assert logged
        found = {found: text for text in (logged, *texts) for found in found_in(text)}
        assert not found, "\n".join(f"{secret}: {_around(secret, str(text))}" for secret, text in found.items())


@contextmanager
def spying() -> Iterator[Spy]:
    """Root at DEBUG, and every library that the client or the database speaks through."""
    log = StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    names = ["", "psycopg", "psycopg.pool", "zeep", "urllib3", "requests", "httpx", "httpcore", "asyncio", "prefect"]
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    factory = logging.getLogRecordFactory()
    loggers[0].addHandler(handler)
    redaction.install()  # it raises the levels of some, which somebody may lower again
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger("spy").debug("the log is listened to")
    try:
        yield Spy(log)
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        logging.setLogRecordFactory(factory)


@dataclass
class Kept:
    """What Prefect keeps."""

    server: PrefectServer

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        user, _, password = self.server.password_file.read_text().strip().partition(":")
        url = f"{self.server.api_url}{path}"
        return httpx.request(method, url, json=body, auth=(user, password)).raise_for_status().json()

    def of(self, flow_run: str) -> str:
        """All of a run: itself, its states, log lines, artifacts and events, as text."""
        this = {"any_": [flow_run]}
        parts = [
            self._ask("GET", f"/flow_runs/{flow_run}"),
            self._ask("GET", f"/flow_run_states/?flow_run_id={flow_run}"),
            self._ask("POST", "/logs/filter", {"logs": {"flow_run_id": this}}),
            self._ask("POST", "/artifacts/filter", {"artifacts": {"flow_run_id": this}}),
            self._ask(
                "POST",
                "/events/filter",
                {"filter": {"resource": {"id": [f"prefect.flow-run.{flow_run}"]}}, "limit": 50},
            ),
        ]
        return json.dumps(parts, ensure_ascii=False)

    def lines(self, flow_run: str) -> list[str]:
        """The run's log."""
        found = self._ask("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [flow_run]}}})
        return [line["message"] for line in found]

    def state(self, flow_run: str) -> tuple[str, str]:
        """Type and message of the run's state."""
        state = self._ask("GET", f"/flow_runs/{flow_run}")["state"]
        return state["type"], state["message"] or ""

    def file(self) -> str:
        """Everything that the server's database holds."""
        database = Path(self.server.home / "prefect.db")
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return "\n".join(connection.iterdump())
