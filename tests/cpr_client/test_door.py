"""The client's one door."""

from __future__ import annotations

import subprocess
import sys
import types

import cpr_client
from cpr_client import errors


def test_the_door_shows_what_it_says_and_nothing_else():
    public = {
        name
        for name, value in vars(cpr_client).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(cpr_client.__all__)
    assert sorted(cpr_client.__all__) == cpr_client.__all__ or len(set(cpr_client.__all__)) == len(cpr_client.__all__)


def test_every_error_is_behind_the_door():
    theirs = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert theirs <= set(cpr_client.__all__)


def test_whoever_asks_nobody_does_not_pay_for_the_means_to():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, cpr_client; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "cpr_client.person" in loaded
    assert not {"zeep", "requests", "lxml", "cryptography", "psycopg", "prefect"} & set(loaded)
