"""What Prometheus is told: every number is the database's, a counter never goes back, and the example rules fit."""

from __future__ import annotations

import re
import socket
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from db.errors import DatabaseUnavailable
from flows.cli import exits
from flows.local.shared_process import free_port
from flows.observability.answer_times import BOUNDS
from flows.observability.metrics import BATCH_BOUNDS, names, registry_of
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library
from tests.house.tree import ROOT

RULES = ROOT / "docs/reference/patronsync.rules.yaml"
NUMBERS = ("0101701111", "0201701112", "0301701113")

Samples = dict[str, list[tuple[dict[str, str], float]]]


def parsed(text: str) -> Samples:
    """Name -> labels and value of each sample, as Prometheus would read it."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def told(library: Library) -> Samples:
    """What `patronsync metrics` prints."""
    code, out = library.command("metrics")
    assert code == exits.DONE, library.errors
    assert not [number for number in NUMBERS if number in out]
    return parsed(out)


def value(samples: Samples, name: str, **labels: str) -> float:
    """The one sample that has at least these labels."""
    [found] = [number for given, number in samples[name] if labels.items() <= given.items()]
    return found


@pytest.fixture
def night(library: Library) -> Library:
    """Three patrons, one of whom the registry does not know; a night, and a dry run."""
    for number in NUMBERS:
        library.enrol(f"P{number[:2]}", number)
    for number in NUMBERS[:2]:
        library.person(number, name=NAME, residence=HOME)
    library.refresh(DAY, "all", dry_run=True)
    library.refresh()
    library.retention()
    return library


def test_the_metrics_add_up_with_the_records(night: Library) -> None:
    now = told(night)
    refresh = {"flow": "registry-refresh"}
    assert value(now, "patronsync_up") == 1
    assert value(now, "patronsync_look_ups_total", **refresh, outcome="answered") == 4, "the dry run asked, too"
    assert value(now, "patronsync_look_ups_total", **refresh, outcome="not found") == 2
    assert value(now, "patronsync_look_up_seconds_count", **refresh) == 6
    assert value(now, "patronsync_outcomes_total", **refresh, outcome="first answer") == 2
    assert value(now, "patronsync_runs_total", **refresh, state="done") == 1
    assert value(now, "patronsync_batch_seconds_count", **refresh) == 1
    assert value(now, "patronsync_rows_removed_total", rule="loans") == 0
    assert value(now, "patronsync_quarantined", reason="not found") == 1
    assert value(now, "patronsync_last_run_failed", **refresh) == 0
    assert value(now, "patronsync_rows_overdue", rule="loans") == 0
    assert "patronsync_certificate_expiry_days" not in now
    [changes] = night.rows("SELECT count(*) FROM sync.change")
    assert sum(number for _, number in now["patronsync_changes_total"]) == changes[0]
    assert value(now, "patronsync_patrons_due") == value(now, "patronsync_patrons_overdue") == 3
    assert value(now, "patronsync_hands_needed") > 0, "the night of today has not come"


def test_it_is_told_how_far_each_consumer_of_the_change_feed_has_come(library: Library) -> None:
    for name in ("behind", "dead", "website"):
        library.command("feed", "register", name)
    library.connection.execute(
        "INSERT INTO sync.change (patron_number, kind, at) VALUES ('P', 'a', now() - interval '9 s')"
    )
    library.connection.execute("UPDATE sync.consumer SET dead_on = '2026-01-01' WHERE consumer = 'dead'")
    library.command("feed", "follow", "--consumer", "website", "--once")
    now = told(library)
    assert value(now, "patronsync_feed_position", consumer="website") == library.rows("SELECT * FROM sync.change")[0][0]
    assert [value(now, "patronsync_feed_events_waiting", consumer=name) for name in ("behind", "website")] == [1, 0]
    assert 9 <= value(now, "patronsync_feed_behind_seconds", consumer="behind") < 600
    assert value(now, "patronsync_feed_behind_seconds", consumer="website") == 0
    stopped = [value(now, "patronsync_feed_consumer_stopped", consumer=name) for name in ("behind", "dead", "website")]
    assert stopped == [0, 1, 0]
    assert len(now["patronsync_feed_last_read_timestamp_seconds"]) == 3


def test_a_counter_does_not_go_back_when_retention_deletes_the_records(night: Library) -> None:
    counters = [name for name in names() if name.endswith(("_total", "_bucket", "_count", "_sum"))]
    before = told(night)
    night.connection.execute("UPDATE sync.run SET ended_at = %s", [DAY - timedelta(days=200)])
    night.connection.execute("UPDATE sync.run SET started_at = ended_at - interval '1 s'")
    deleted = night.rows("SELECT count(*) FROM sync.run")[0][0]
    night.retention(DAY)
    assert night.rows("SELECT count(*) FROM sync.run") == [(1,)] and deleted == 3
    after = told(night)
    for name in counters:
        if name != "patronsync_run_seconds_total":  # made other above
            for labels, number in before.get(name, []):
                assert value(after, name, **labels) >= number - 1e-6, (name, labels)
    assert value(after, "patronsync_look_ups_total", outcome="answered") == 4
    assert value(after, "patronsync_runs_total", flow="retention-cleanup", state="done") == 2


def test_a_night_s_own_record_counts_nothing_twice(night: Library) -> None:
    before = told(night)
    night.connection.execute(
        "INSERT INTO sync.run (flow, today, state, counts, changes, ended_at) "
        "VALUES ('nightly', %s, 'done', '{\"steps\": []}', '{\"patron.name\": 5}', now())",
        [DAY],
    )
    after = told(night)
    assert after["patronsync_changes_total"] == before["patronsync_changes_total"]
    assert value(after, "patronsync_runs_total", flow="nightly") == 1


def test_an_import_that_failed_is_told_though_another_kind_was_loaded_since(night: Library) -> None:
    for kind, state in (("patrons", "failed"), ("payments", "done")):
        night.connection.execute(
            "INSERT INTO sync.run (flow, today, state, parameters, ended_at) "
            "VALUES ('extract-import', %s, %s, jsonb_build_object('kind', %s::text), now())",
            [DAY, state, kind],
        )
    assert value(told(night), "patronsync_last_run_failed", flow="extract-import") == 1


def test_the_bounds_of_batches_are_the_statement_s() -> None:
    text = (ROOT / "db/functions/run_totals.sql").read_text(encoding="utf-8")
    [bounds] = re.findall(r"'\{([\d.,]+)\}'", text)
    assert tuple(map(float, bounds.split(","))) == BATCH_BOUNDS
    assert list(BOUNDS) == sorted(BOUNDS)


def test_a_database_that_is_away_is_told_and_nothing_else() -> None:
    def away() -> Any:
        raise DatabaseUnavailable("it is away")

    assert parsed(generate_latest(registry_of(away)).decode()) == {"patronsync_up": [({}, 0.0)]}


def test_they_are_written_whole_for_the_node_exporter(night: Library, tmp_path: Path) -> None:
    file = tmp_path / "patronsync.prom"
    assert night.command("metrics", "--textfile", str(file))[0] == exits.DONE
    assert value(parsed(file.read_text()), "patronsync_up") == 1 and file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert night.command("metrics", "--textfile", str(tmp_path / "patronsync.txt"))[0] == exits.USAGE
    assert night.command("metrics", "--textfile", str(file), "--serve", "1")[0] == exits.USAGE


def test_they_are_served_on_the_loopback_interface(night: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    port, asked = free_port(), []

    def ask_and_interrupt(thread: threading.Thread, timeout: float | None = None) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            asked.append(parsed(answer.read().decode()))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "join", ask_and_interrupt)
        code, _ = night.command("metrics", "--serve", str(port))
    assert (code, value(asked[0], "patronsync_up")) == (exits.INTERRUPTED, 1)
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=time.thread_time() + 1):
        pass


def test_the_example_rules_ask_for_names_and_labels_that_there_are() -> None:
    known = names()
    rules = [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) == 12
    for rule in rules:
        asked = re.findall(r"(patronsync_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked, rule["alert"]
        for name, selector in asked:
            labels = known[name][0].split(", ")
            assert set(re.findall(r"(\w+)\s*[!=]", selector)) <= set(labels), rule["alert"]
        grouped = {label for labels in re.findall(r"by \((.*?)\)", rule["expr"]) for label in labels.split(", ")}
        assert grouped <= {label for name, _ in asked for label in known[name][0].split(", ")}
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
