"""The flows need no more than the role patronsync_worker gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from db.connect import connect
from db.roles import WORKER
from db.status.rights import missing_rights
from tests.acceptance.made_up import HOME
from tests.db.imports.loading import load
from tests.fixtures.library import DAY, Library


@pytest.fixture
def worker_s(library: Library) -> Library:
    """The library as the worker's user sees it."""
    url = f"{library.database_url}&options=-crole%3D{WORKER.name}"
    settings = library.settings.model_copy(update={"database_url": SecretStr(url)})
    return replace(library, database_url=url, settings=settings)


def test_a_night_of_the_worker_s_user(library: Library, worker_s: Library) -> None:
    with connect(worker_s.database_url, autocommit=True) as database:
        load(database, "patron_number,cpr_number,card_number,pin,home_branch", "1,0101701234,K1,1234,Nord")
        load(database, "patron_number,cpr_number,card_number,home_branch", "1,0101701234,K2,Nord")
    assert library.rows("SELECT card_number FROM library.card_pin") == [("K2",)]
    library.agree("film", "0851")
    library.person("0101701234", residence={**HOME, "municipality_code": 851})
    assert worker_s.refresh(DAY)["state"] == "done"
    assert worker_s.guardians(DAY)["state"] == "done"
    assert worker_s.net_media(DAY)["state"] == "done"
    assert worker_s.retention(DAY + timedelta(days=1))["state"] == "done"
    worker_s.connection = library.connection
    assert worker_s.patron("1", DAY)["patron_number"] == "1"
    with connect(worker_s.database_url) as database:
        assert missing_rights(database) == []
    for command in (
        ["cases"],
        ["approvals"],
        ["patron", "1", "--everything", "--json"],
        ["statistics"],
        ["metrics"],
        ["feed", "register", "website"],
        ["feed", "consumers"],
    ):
        assert worker_s.command(*command)[0] == 0, worker_s.errors
