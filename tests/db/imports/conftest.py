"""A connection as a load needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.connect import Connection, connect


@pytest.fixture
def database(database_url: str) -> Iterator[Connection]:
    """A connection to the test's database that commits by itself."""
    with connect(database_url, name="test", autocommit=True) as connection:
        yield connection
