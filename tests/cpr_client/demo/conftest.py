"""A crowd to look at, built once, and what it is held against. Tests that change people build their own."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.registry import Registry

TODAY = date(2026, 5, 4)


@pytest.fixture(scope="session")
def crowd() -> Registry:
    """5,000 people on 4 May 2026. Not to be changed."""
    return build_people(5_000, SEED, TODAY)


@pytest.fixture(scope="session")
def cases_as_built() -> bytes:
    """The cases alone; built anew they would cost as much as a test of theirs."""
    return pickle.dumps(build_people(0, SEED, TODAY))


@pytest.fixture
def cases(cases_as_built: bytes) -> Registry:
    """The cases alone, to be changed at will."""
    registry: Registry = pickle.loads(cases_as_built)
    return registry
