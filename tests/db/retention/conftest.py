"""A database for the tests of retention: each plays in a transaction of its own, which is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.connect import Connection, connect
from db.embedded import EmbeddedServer
from tests.db.retention.histories import History
from tests.fixtures.library import one_more_database


@pytest.fixture(scope="session")
def retention_url(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[str]:
    """A database that these tests share, and leave as it is."""
    with one_more_database(postgres_server, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def retention_connection(retention_url: str) -> Iterator[Connection]:
    """One connection for all of them."""
    with connect(retention_url, name="test", autocommit=True) as connection:
        yield connection


@pytest.fixture
def history(retention_connection: Connection) -> Iterator[History]:
    """A library with one patron, P, until the test is over."""
    with retention_connection.transaction(force_rollback=True):
        made = History(retention_connection)
        made.add("patron", patron_number="P")
        yield made
