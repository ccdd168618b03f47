"""`patronsync feed` as it is typed: registering, following to standard output and to a webhook, going past."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from db.connect import connect
from db.feed.store import consumers
from flows.consumers.webhook import signature
from tests.acceptance.made_up import HOME
from tests.fixtures.library import DAY, Library
from tests.flows.consumers.receivers import receiving

KEY = b"0123456789abcdef01234567"


def told(library: Library, *arguments: str) -> list[dict[str, Any]]:
    """What `feed follow --once` prints."""
    code, out = library.command("feed", "follow", "--consumer", "website", "--once", *arguments)
    assert code == 0, library.errors
    return [json.loads(line) for line in out.splitlines()]


def test_a_consumer_is_registered_follows_and_is_forgotten(library: Library) -> None:
    library.enrol("1", None)
    code, said = library.command("feed", "register", "website")
    assert code == 0 and "website is registered" in said
    assert told(library) == []
    library.connection.execute(
        "INSERT INTO sync.change (patron_number, kind, fields, at, run_id) "
        "VALUES ('1', 'patron.address', '{street}', '2026-03-02 02:30Z', 7)"
    )
    [event] = told(library)
    assert event == {
        "specversion": "1.0",
        "id": event["id"],
        "source": "/patronsync/feed",
        "type": "patron.address",
        "subject": "1",
        "time": "2026-03-02T02:30:00Z",
        "datacontenttype": "application/json",
        "data": {"patron_number": "1", "fields": ["street"], "position": int(event["id"]), "run": 7},
    }
    assert told(library) == []
    code, out = library.command("feed", "consumers", "--json")
    [row] = json.loads(out)["consumers"]
    assert (code, row["consumer"], row["position"], row["waiting"]) == (0, "website", int(event["id"]), 0)
    assert library.command("feed", "consumers")[1].split("\n")[1].startswith("website")
    assert library.command("feed", "forget", "website")[0] == 0
    assert library.command("feed", "follow", "--consumer", "website", "--once")[0] == 1
    assert "no consumer of this name" in library.errors


def test_a_consumer_that_begins_with_all_patrons_is_told_of_each_and_then_of_changes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1", "2", "3"):
        library.enrol(number, None)
    monkeypatch.setattr("flows.consumers.follow.LINES", 2)
    assert library.command("feed", "register", "website", "--from", "beginning")[0] == 0
    library.connection.execute("INSERT INTO sync.change (patron_number, kind) VALUES ('2', 'patron.name')")
    assert [(event["type"], event["subject"]) for event in told(library)] == [
        *(("patron.added", number) for number in "123"),
        ("patron.name", "2"),
    ]


def test_a_consumer_that_was_away_for_a_month_gets_everything_and_one_away_for_half_a_year_is_told(
    library: Library,
) -> None:
    library.command("feed", "register", "website")
    library.command("feed", "register", "gone")
    library.connection.execute(
        "INSERT INTO sync.change (patron_number, kind, at) "
        "SELECT n::text, 'patron.name', now() - n * interval '10 days' FROM generate_series(1, 40) AS n"
    )
    library.connection.execute(
        "UPDATE sync.consumer SET read_at = now() - CASE consumer WHEN 'gone' THEN interval '200 days' "
        "ELSE interval '30 days' END"
    )
    [(today,)] = library.rows("SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date")
    report = library.retention(today)
    assert [rule["removed"] for rule in report["rules"] if rule["rule"] == "change_feed"] == [0]
    assert any("gone" in warning for warning in report["warnings"])
    assert [event["subject"] for event in told(library)] == [str(n) for n in range(1, 41)]
    assert library.command("feed", "follow", "--consumer", "gone", "--once")[0] == 1
    assert "declared dead" in library.errors
    report = library.retention(today)
    assert [rule["removed"] for rule in report["rules"] if rule["rule"] == "change_feed"] == [32]
    assert library.command("feed", "register", "gone", "--from", "beginning")[0] == 0


def test_a_webhook_gets_signed_batches_and_an_event_that_it_never_takes_stops_the_consumer_loudly(
    library: Library,
) -> None:
    secret = SecretStr("whsec_" + base64.b64encode(KEY).decode())
    library.settings = library.settings.model_copy(
        update={"feed_webhook_secret": secret, "feed_webhook_tries": 1, "feed_batch": 3}
    )
    library.command("feed", "register", "website")
    rows = library.rows(
        "INSERT INTO sync.change (patron_number, kind) SELECT n::text, 'patron.name' FROM generate_series(1, 5) AS n "
        "RETURNING position::text"
    )
    ids = [number for (number,) in rows]
    with receiving() as receiver:
        follow = ("feed", "follow", "--consumer", "website", "--webhook", receiver.url, "--once")
        receiver.refuses = {ids[1]}
        code, _ = library.command(*follow)
        assert code == 1
        assert f"stopped at event {ids[1]}" in library.errors and "feed skip website" in library.errors
        assert receiver.taken == [ids[0]]
        headers = receiver.posts[0].headers
        assert headers["webhook-signature"] == signature(
            KEY, headers["webhook-id"], int(headers["webhook-timestamp"]), receiver.posts[0].body
        )
        assert f"stopped at event {ids[1]}" in library.command("feed", "consumers")[1]
        assert library.command(*follow)[0] == 1, "it goes on with that very event"
        assert library.command("feed", "skip", "website")[0] == 0
        assert library.command(*follow)[0] == 0
        assert receiver.taken == [ids[0], *ids[2:]]
    assert library.command("feed", "skip", "website")[0] == 1
    assert "has not stopped" in library.errors


def test_a_webhook_without_a_secret_or_unencrypted_is_wrong_usage(library: Library) -> None:
    library.command("feed", "register", "website")
    follow = ("feed", "follow", "--consumer", "website", "--once", "--webhook")
    assert library.command(*follow, "https://receiver.example/")[0] == 2
    assert "PATRONSYNC_FEED_WEBHOOK_SECRET" in library.errors
    assert library.command(*follow, "http://receiver.example/")[0] == 2


def test_one_reader_at_a_time_reads_in_a_consumer_s_name(library: Library, monkeypatch: Any) -> None:
    monkeypatch.setattr("flows.consumers.follow.HELD_FOR", 0.1)
    library.command("feed", "register", "website")
    with connect(library.database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('patronsync consumer website', 0))")
        assert library.command("feed", "follow", "--consumer", "website", "--once")[0] == 1
        assert "Another process reads" in library.errors


def test_following_goes_on_till_it_is_told_to_end_and_is_woken_by_a_commit(library: Library, tmp_path: Path) -> None:
    library.command("feed", "register", "website")
    environ = {
        **os.environ,
        "PATRONSYNC_DATA_DIR": str(tmp_path),
        "PATRONSYNC_DATABASE_URL": library.database_url,
        "PATRONSYNC_REGISTRY_URL": library.registry.url,
    }
    command = [sys.executable, "-c", "from flows.cli import main; main()", "feed", "follow", "--consumer", "website"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number in ("1", "2"):
            library.connection.execute(
                "INSERT INTO sync.change (patron_number, kind) VALUES (%s, 'patron.name')", [number]
            )
            assert json.loads(process.stdout.readline())["subject"] == number
        while consumers(library.connection)[0].waiting:  # or it comes again
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
    assert told(library) == []


def test_no_event_of_a_protected_patron_holds_more_than_a_number_and_kinds(library: Library) -> None:
    library.enrol("P", "0101701234", name="Gammelt Navn")
    library.command("feed", "register", "website")
    library.person("0101701234", name={"addressing": "Hemmeligt Navn"}, residence=HOME, protection={"flag": True})
    library.refresh(DAY)
    lines = told(library)
    assert {"patron.protection", "patron.status"} <= {event["type"] for event in lines}
    text = json.dumps(lines)
    assert "Navn" not in text and not re.search("0101701?", text)
