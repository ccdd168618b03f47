"""The fixture that the proofs share: a database server of their own, which they may kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.own_server import OwnServer, own_server_in


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnServer]:
    """A server for one test alone, with a template that holds the whole schema."""
    with own_server_in(tmp_path) as server:
        yield server
