"""`patronsync feed` as a downstream system types it: with a database user of its own role, and nothing else set."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db.connect import Connection, connect
from db.roles import KIOSK, MESSAGES, STATISTICS, WEBSITE, WORKER, Role
from flows.cli import run
from tests.fixtures.logins import Login
from tests.flows.consumers.receivers import receiving

Feed = Callable[..., tuple[int, str, str]]
"""Types `patronsync feed ...` as the user of a URL: exit code, standard output, standard error."""


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Feed:
    """See `Feed`. It is held that nothing is kept on the reader's machine."""
    monkeypatch.delenv("PATRONSYNC_REGISTRY_URL", raising=False)
    monkeypatch.setenv("PATRONSYNC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("flows.consumers.follow.LINES", 2)

    def typed(url: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("PATRONSYNC_DATABASE_URL", url)
        capsys.readouterr()
        code = run(["feed", *words])
        said = capsys.readouterr()
        assert not (tmp_path / "data").exists()
        return code, said.out, said.err

    return typed


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The library's side; patrons 1, 2 and 3 are there."""
    with connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1'), ('2'), ('3')")
        yield connection


def change(owner: Connection, *patron_numbers: str) -> list[str]:
    """An event of each; their ids."""
    telling = "INSERT INTO sync.change (patron_number, kind) VALUES (%s, 'patron.name') RETURNING position::text"
    return [row[0] for number in patron_numbers for row in owner.execute(telling, [number])]


def told(feed: Feed, url: str, *options: str) -> list[tuple[str, str]]:
    """Type and subject of what `follow --once` prints."""
    code, out, err = feed(url, "follow", "--consumer", "website", "--once", *options)
    assert code == 0, err
    events: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    return [(event["type"], event["subject"]) for event in events]


def test_a_website_s_user_registers_follows_goes_on_skips_and_forgets(
    feed: Feed, login: Login, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    website = login(WEBSITE)
    assert "No consumer" in feed(website, "consumers")[1]
    code, said, err = feed(website, "register", "website", "--from", "beginning")
    assert code == 0 and "website is registered" in said, err
    change(owner, "2", "3", "2")
    assert told(feed, website) == [
        *(("patron.added", number) for number in "123"),
        *(("patron.name", number) for number in "232"),
    ]
    change(owner, "1")
    assert told(feed, website) == [("patron.name", "1")], "it goes on where it was"
    [row] = json.loads(feed(website, "consumers", "--json")[1])["consumers"]
    assert (row["consumer"], row["waiting"], row["patrons_left"]) == ("website", 0, False)

    ids = change(owner, "1", "2", "3")
    monkeypatch.setenv("PATRONSYNC_FEED_WEBHOOK_SECRET", "whsec_" + base64.b64encode(b"k" * 24).decode())
    monkeypatch.setenv("PATRONSYNC_FEED_WEBHOOK_TRIES", "1")
    with receiving() as receiver:
        receiver.refuses = {ids[1]}
        webhook = ("follow", "--consumer", "website", "--once", "--webhook", receiver.url)
        code, _, err = feed(website, *webhook)
        assert code == 1 and f"stopped at event {ids[1]}" in err
        assert f"stopped at event {ids[1]}" in feed(website, "consumers")[1]
        code, said, err = feed(website, "skip", "website")
        assert code == 0 and ids[1] in said, err
        assert feed(website, *webhook)[0] == 0
        assert receiver.taken == [ids[0], ids[2]]
    code, said, err = feed(website, "forget", "website")
    assert code == 0 and "website is forgotten" in said, err
    code, _, err = feed(website, "follow", "--consumer", "website", "--once")
    assert code == 1 and "no consumer of this name" in err


def test_a_patron_of_whom_a_receiver_will_not_be_told_is_gone_past(
    feed: Feed, login: Login, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    website = login(WEBSITE)
    feed(website, "register", "website", "--from", "beginning")
    monkeypatch.setenv("PATRONSYNC_FEED_WEBHOOK_SECRET", "whsec_" + base64.b64encode(b"k" * 24).decode())
    monkeypatch.setenv("PATRONSYNC_FEED_WEBHOOK_TRIES", "1")
    with receiving() as receiver:
        receiver.refuses = {"patron:2"}
        webhook = ("follow", "--consumer", "website", "--once", "--webhook", receiver.url)
        code, _, err = feed(website, *webhook)
        assert code == 1 and "told of all patrons" in err
        assert feed(website, "skip", "website")[0] == 0
        assert feed(website, *webhook)[0] == 0
        assert receiver.taken == ["patron:1", "patron:3"]
    assert feed(website, "skip", "website")[0] == 1, "it has not stopped any more"


def test_another_role_s_consumer_is_refused_and_not_shown_and_the_operator_serves_all(
    feed: Feed, login: Login, owner: Connection
) -> None:
    website, messages = login(WEBSITE), login(MESSAGES)
    for url, name in ((website, "website"), (messages, "messages")):
        assert feed(url, "register", name)[0] == 0
    change(owner, "1")
    for words in (("follow", "--once", "--consumer", "messages"), ("skip", "messages"), ("forget", "messages")):
        code, out, err = feed(website, *words)
        assert (code, out) == (1, "") and "another database role" in err
    assert feed(website, "register", "messages")[0] == 1
    rows = {
        url: [row["consumer"] for row in json.loads(feed(url, "consumers", "--json")[1])["consumers"]]
        for url in (website, messages, login(WORKER))
    }
    assert list(rows.values()) == [["website"], ["messages"], ["messages", "website"]]
    assert told(feed, list(rows)[-1]) == [("patron.name", "1")]


@pytest.mark.parametrize("role", [KIOSK, STATISTICS, None])
def test_who_may_not_read_the_feed_is_told_so_and_what_to_do(feed: Feed, login: Login, role: Role | None) -> None:
    url = login(role)
    for words in (
        ("register", "kiosk"),
        ("follow", "--once", "--consumer", "kiosk"),
        ("skip", "kiosk"),
        ("consumers",),
    ):
        code, out, err = feed(url, *words)
        assert (code, out) == (1, ""), words
        assert "may not read the change feed" in err and "roles.md" in err


def test_a_database_that_offers_no_feed_or_another_one_is_told(
    feed: Feed, empty_database_url: str, database_url: str, owner: Connection
) -> None:
    code, _, err = feed(empty_database_url, "register", "website")
    assert code == 1 and "patronsync database migrate" in err
    owner.execute("DROP FUNCTION downstream.list_consumers()")
    assert "patronsync database migrate" in feed(database_url, "follow", "--once", "--consumer", "website")[2]
    owner.execute("CREATE OR REPLACE VIEW downstream.contract AS SELECT 2 AS version")
    assert "patronsync database migrate" in feed(database_url, "consumers")[2]
