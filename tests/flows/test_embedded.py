"""What a command runs on: our own servers where none is configured, joined or started, and gone afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from cpr_client import open_client
from cpr_client.cpr_number import MASK
from cpr_client.demo.people import SEED, build_people
from db import embedded
from db.connect import connect
from flows.errors import UserError
from flows.local.demo_registry import days, demo_registry
from flows.local.embedded import environment, parts
from flows.settings import Settings, current, load

SOMEBODY_S_OWN = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "PREFECT_PROFILE": "theirs",
    "PREFECT_API_KEY": "pnu_1",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://127.0.0.1:9/prefect",
}
"""None of this may lead away from our own server."""

A_FLOW = """
from flows.local.embedded import environment
with environment(need_prefect=True) as settings:
    from prefect import flow
    from prefect.logging import get_run_logger
    from flows.observability.redaction import scrubbed

    @flow(name="a-flow", persist_result=False)
    def a_flow():
        with scrubbed():
            get_run_logger().info("asked about %s", "120390-1234")
            raise KeyError("Hansen, 1203901234")

    state = a_flow(return_state=True)
    print(state.message)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Nothing is configured but the data directory."""
    data_dir = tmp_path / "data"
    yield load({"PATRONSYNC_DATA_DIR": str(data_dir)})
    embedded.remove(data_dir)


def is_gone(url: str) -> bool:
    """Nobody listens there."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return True
    return False


def test_what_is_not_configured_is_started_put_in_force_and_stopped_and_another_block_in_it_costs_nothing(settings):
    with environment(settings) as outer:
        assert outer.database_url is not None and outer.database_host.startswith("embedded (127.0.0.1:")
        assert current() is outer and outer.registry_url is None
        with connect(outer.database_url.get_secret_value()) as connection:
            [patrons] = connection.execute("SELECT count(*) FROM library.patron").fetchone()
        assert patrons == 0, "the schema is there"
        with environment() as inner:
            assert inner.database_url == outer.database_url
        with environment(need_registry=True) as with_registry:
            assert with_registry.database_url == outer.database_url
            assert with_registry.registry_host.startswith("demo registry (127.0.0.1:")
            address = with_registry.registry_url
            assert address is not None and not is_gone(address)
        assert is_gone(address)
        assert current() is outer
    assert embedded.url(settings.data_dir) is None


def test_a_database_and_a_registry_of_one_s_own_are_taken_as_they_are(tmp_path, database_url):
    own = load(
        {
            "PATRONSYNC_DATA_DIR": str(tmp_path / "data"),
            "PATRONSYNC_DATABASE_URL": database_url,
            "PATRONSYNC_REGISTRY_URL": "http://127.0.0.1:1/",
        }
    )
    with parts(own, need_registry=True) as made:
        assert (made.postgres, made.registry, made.prefect) == (None, None, None)
        assert made.settings.registry_url == own.registry_url
    assert not (tmp_path / "data").exists()


def test_a_database_of_one_s_own_that_is_not_up_to_date_is_told_and_left_alone(tmp_path, empty_database_url):
    own = load(
        {
            "PATRONSYNC_DATA_DIR": str(tmp_path / "data"),
            "PATRONSYNC_DATABASE_URL": empty_database_url,
            "PATRONSYNC_REGISTRY_URL": "http://127.0.0.1:1/",
        }
    )
    with pytest.raises(UserError, match="patronsync database migrate"), environment(own):
        pass
    with connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regnamespace('library')").fetchone() == (None,)


def test_a_run_reports_to_our_own_server_before_it_stops_and_no_number_gets_there(
    full_size_alone: None, tmp_path: Path, prefect_home: Callable[[Path], Path], settings: Settings
):
    home = prefect_home(settings.data_dir)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PATRONSYNC_"))}
    ended = subprocess.run(
        [sys.executable, "-c", A_FLOW],
        env=ours | {"PATRONSYNC_DATA_DIR": str(settings.data_dir)} | SOMEBODY_S_OWN,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "UnexpectedError" in ended.stdout and "KeyError in a_flow" in ended.stdout
    with closing(sqlite3.connect(home / "prefect.db")) as recorded:
        lines = "\n".join(message for [message] in recorded.execute("SELECT message FROM log"))
        states = [name for [name] in recorded.execute("SELECT state_name FROM flow_run")]
        everything = "\n".join(recorded.iterdump())
    assert f"asked about {MASK}" in lines and states == ["Failed"]
    for secret in ("120390", "1203901234", "Hansen"):
        assert secret not in everything and secret not in ended.stdout + ended.stderr


def test_the_demo_registry_is_the_same_whoever_starts_it_again(tmp_path):
    first_day, later = date(2026, 1, 5), date(2026, 3, 30)
    with demo_registry(tmp_path, first_day=first_day) as demo:
        happened = demo.move_on(later)
        moved = _names(demo.url("5"))
    assert sum(happened.values()) > 0 and days(tmp_path / "demo-registry") == [first_day, later]
    with demo_registry(tmp_path) as again:
        assert _names(again.url("5")) == moved
        assert _names(again.url("4")) == moved


def _names(url: str) -> list[object]:
    """What the registry says of some of the people who were there from the beginning."""
    config = load({"PATRONSYNC_REGISTRY_URL": url, "PATRONSYNC_REGISTRY_VERSION": url[-1]}).registry_config()
    people = [person.cpr_number for person in build_people(5_650, SEED, date(2026, 1, 5))][400:700:3]
    with open_client(config) as client:
        answers = client.lookup_many(enumerate(people))
        return [str(answer.person and answer.person.name) for answer in sorted(answers, key=lambda one: one.key)]
