"""The night as one flow: in order, at weekends, with a step that fails, held by brakes, run again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from prefect.client.schemas.objects import StateType

from db.connect import connect
from db.errors import DatabaseUnavailable
from db.runs import store
from db.session import Session
from flows import nightly
from flows.cli.output import Output
from flows.cli.running import run_watched
from flows.errors import UsageError, UserError
from flows.parameters import NightStep, RefreshScope
from flows.reporting import nightly_report
from flows.reporting.refresh_report import Source
from flows.settings import Settings, use
from flows.steps import night_run, retention_run
from flows.steps.begin_night import Wish, wait_for_words
from flows.steps.net_media_run import NetMediaRun
from flows.steps.operators_word import WaitsForWord, wait_for_word
from flows.steps.retention_run import RetentionRun
from flows.steps.worker import Worker
from mappers.night import GUARDIANS, NET_MEDIA, REFRESH, RETENTION, STEPS
from tests.acceptance.families import Family, entry
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, NIGHTLY, Library
from tests.fixtures.prefect import PrefectServer

SATURDAY = DAY - timedelta(days=2)
LONG_AGO = DAY - timedelta(days=60)
LOANS_HELD = {"brake_retention_removed_more_than": 2, "brake_retention_removed_percent": 5.0}
DEAD_HELD = {"brake_from_answers": 1, "brake_first_dead_percent": 1.0}


@pytest.fixture
def town(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A child with both parents, two adults, a net-media service for their town, and loans that were over long ago."""
    monkeypatch.setattr(retention_run, "LOCKED_PAUSE", 0.01)
    family = Family(library)
    family.parents()
    family.child(entry(3), entry(4))
    for number in (1, 2):
        library.enrol(f"A{number}", f"010160000{number}")
        library.person(f"010160000{number}", 1, name=NAME, residence=HOME)
    library.agree("film", "0851")
    lend(library, 8)
    return library


def lend(library: Library, count: int) -> None:
    """Loans of an adult that were over long ago."""
    library.connection.execute(
        "INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at) "
        "SELECT 'L' || n, 'A1', 'I1', 'Made-up title', %(day)s, %(day)s FROM generate_series(1, %(count)s) AS n",
        {"day": LONG_AGO, "count": count},
    )


def flow_night(library: Library, **asked: Any) -> dict[str, Any]:
    """The night's report by the flow itself, as the command line hears it."""
    before = use(library.settings)
    try:
        return run_watched(
            lambda: nightly.nightly(today=DAY, **asked, return_state=True), Output(as_json=True), "night"
        )
    finally:
        use(before)


def became(report: dict[str, Any]) -> dict[str, str]:
    """Step -> its state."""
    return {step["step"]: step["state"] for step in report["steps"]}


def of(report: dict[str, Any], name: str) -> dict[str, Any]:
    """What the report says of one step."""
    return next(step for step in report["steps"] if step["step"] == name)


ALL_DONE = {step.name: "done" for step in STEPS}


def assert_adds_up(library: Library, report: dict[str, Any]) -> None:
    """The summary is what the database has: each step's record, the feed, the access log, the night's own record."""
    steps = {step["run"]: step for step in report["steps"] if step["run"]}
    runs = library.rows(
        "SELECT run_id, flow, state, look_ups, changes FROM sync.run WHERE night_id = %s", report["run"]
    )
    assert {run for run, *_ in runs} == set(report["runs"]) >= set(steps)
    for run, flow, state, look_ups, changes in runs:
        if run in steps:
            told = steps[run]
            assert (told["step"], told["state"], told["look_ups"], told["changes"]) == (flow, state, look_ups, changes)
    told = library.rows(
        "SELECT kind, count(*)::int FROM sync.change JOIN sync.run USING (run_id) WHERE night_id = %s GROUP BY 1",
        report["run"],
    )
    assert report["changes"] == dict(told)
    [(state, look_ups, changes, counts)] = library.rows(
        "SELECT state, look_ups, changes, counts FROM sync.run WHERE run_id = %s", report["run"]
    )
    assert (state, look_ups, changes) == (report["state"], report["look_ups"], report["changes"])
    assert [step["run"] for step in counts["steps"]] == [step["run"] for step in report["steps"]]
    assert report["look_ups"] == sum(run[3] for run in runs)


def test_a_night_runs_each_step_in_its_turn_and_its_summary_adds_up(
    town: Library, prefect_api: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.settings._prefect.update(prefect_api.environment())
    published: list[str] = []
    monkeypatch.setattr(nightly_report, "create_markdown_artifact", lambda text, **_: published.append(text))
    report = flow_night(town)
    assert (report["state"], report["message"], became(report)) == ("done", None, ALL_DONE)
    assert report["runs"] == sorted(report["runs"]) == [step["run"] for step in report["steps"]]
    assert_adds_up(town, report)
    assert town.rows("SELECT count(*) FROM library.guardian_link") == [(2,)]
    assert town.rows("SELECT count(*) FROM library.net_media_right WHERE granted") == [(3,)]
    assert town.rows("SELECT count(*) FROM library.loan") == [(0,)]
    [summary] = published
    assert "8 of 8 rows removed" in summary and "3 of 3 checked" in summary and REFRESH in summary


def test_a_step_that_takes_too_long_is_broken_off_and_the_night_goes_on(
    town: Library, prefect_api: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.settings._prefect.update(prefect_api.environment())
    monkeypatch.setattr(nightly, "retention_cleanup", nightly.retention_cleanup.with_options(timeout_seconds=0.5))
    monkeypatch.setattr(RetentionRun, "run", lambda run: sleep(20))
    report = flow_night(town, steps=[NightStep.retention_cleanup])
    assert (report["state"], of(report, RETENTION)["state"]) == ("failed", "killed")
    assert_adds_up(town, report)


def test_a_night_again_does_only_what_is_left(town: Library) -> None:
    town.nightly()
    asked, before = town.asked(), town.contents("sync.run", "sync.batch", "sync.retention_outcome")
    report = town.nightly()
    assert (report["state"], report["changes"], town.asked()) == ("done", {}, asked)
    after = town.contents("sync.run", "sync.batch", "sync.retention_outcome")
    assert {table for table in after if after[table] != before[table]} <= {"sync.net_media_decided"}


def test_at_the_weekend_the_registry_is_not_asked(town: Library) -> None:
    report = town.nightly(SATURDAY)
    assert became(report) == {**ALL_DONE, REFRESH: "skipped"}
    assert (of(report, REFRESH)["reason"], of(report, GUARDIANS)["reason"]) == ("weekend", "weekend")
    assert (town.asked(), report["look_ups"]) == (0, 0)
    assert town.rows("SELECT count(*) FROM library.loan") == [(0,)]


def test_where_the_registry_is_down_guardians_go_by_the_dates_and_the_rest_runs(town: Library) -> None:
    report = town.nightly(registry_url="http://127.0.0.1:9/", registry_deadline=0.2)
    assert became(report) == {**ALL_DONE, REFRESH: "incomplete"}
    assert of(report, GUARDIANS)["reason"] == "registry down"
    assert report["state"] == "incomplete" and "stay due" in report["message"]
    assert town.rows("SELECT count(*) FROM library.loan") == [(0,)]
    again = town.nightly()
    assert (again["state"], of(again, REFRESH)["counts"]["first_answers"]) == ("done", 3)


def test_what_goes_on_with_a_failed_step_is_left_out_with_the_reason(
    town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: Any, **__: Any) -> None:
        raise DatabaseUnavailable("made up")

    monkeypatch.setattr("flows.steps.refresh_run.Refresh.run", break_off)
    report = town.nightly()
    assert became(report) == {REFRESH: "killed", GUARDIANS: "skipped", NET_MEDIA: "skipped", RETENTION: "done"}
    assert {(of(report, name)["reason"], of(report, name)["because_of"]) for name in (GUARDIANS, NET_MEDIA)} == {
        ("needs failed", REFRESH)
    }
    assert report["state"] == "failed" and REFRESH in report["message"]
    assert_adds_up(town, report)
    monkeypatch.undo()
    again = town.nightly(wish=Wish(failed_since=DAY))
    assert became(again) == {**ALL_DONE, RETENTION: "skipped"}
    assert of(again, RETENTION)["reason"] == "not failed"
    assert became(town.nightly(wish=Wish(failed_since=DAY))) == {step.name: "skipped" for step in STEPS}


def test_what_failed_since_a_day_that_has_not_come_is_wrong_usage(town: Library) -> None:
    with pytest.raises(UsageError, match="lies ahead"):
        town.nightly(wish=Wish(failed_since=DAY + timedelta(days=1)))
    assert town.rows("SELECT * FROM sync.run") == []


def test_a_step_that_can_t_even_begin_is_failed_and_the_night_goes_on(
    town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise UserError("made up", "mend it")

    monkeypatch.setattr("tests.fixtures.library.begin_guardians", refuse)
    report = town.nightly()
    assert became(report) == {**ALL_DONE, GUARDIANS: "failed", NET_MEDIA: "skipped"}
    assert (of(report, GUARDIANS)["run"], of(report, GUARDIANS)["message"]) == (None, "made up\nmend it")


def test_a_deployed_night_tries_a_step_again_that_failed_and_counts_both_runs(
    town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night_run.time, "sleep", lambda _: None)
    town.registry.fail("fault", times=1, code="NotAuthorized", text="no agreement")
    report = town.nightly(deployed=True)
    assert (report["state"], became(report)) == ("done", ALL_DONE)
    refreshes = town.rows("SELECT state, look_ups FROM sync.run WHERE flow = %s ORDER BY run_id", REFRESH)
    assert refreshes == [("incomplete", 3), ("done", 1)]
    assert_adds_up(town, report)


def test_a_dry_run_changes_nothing_and_says_what_would(town: Library) -> None:
    but = ("sync.run", "sync.batch", "sync.retention_outcome", "sync.registry_access", "sync.guardian_check")
    before = town.contents(*but)
    report = town.nightly(dry_run=True)
    assert (report["state"], became(report)) == ("done", ALL_DONE)
    after = town.contents(*but)
    assert {table for table in after if after[table] != before[table]} == set()
    assert report["changes"]["patron.name"] == 3


def test_one_step_one_patron_and_the_quarantined_are_run_again_alone(town: Library) -> None:
    town.nightly()
    asked = town.asked()
    alone = town.nightly(SATURDAY, Wish((NightStep.retention_cleanup,)))
    assert became(alone) == {**{step.name: "skipped" for step in STEPS}, RETENTION: "done"}
    assert town.asked() == asked
    one = town.nightly(wish=Wish(scope=RefreshScope.patrons, patron_numbers=("A1",)))
    assert (one["state"], of(one, REFRESH)["counts"]["checked"], town.asked()) == ("done", 1, asked + 1)
    none = town.nightly(wish=Wish(scope=RefreshScope.quarantined))
    assert (of(none, REFRESH)["counts"]["due"], town.asked()) == (0, asked + 1)


# The operator's word ------------------------------------------------------------------------------------------------


def held(town: Library) -> dict[str, Any]:
    """A night that two brakes hold: one in the refresh, one in retention."""
    town.person("0101600002", 90, name=NAME)
    report = town.nightly(**DEAD_HELD, **LOANS_HELD)
    assert (report["state"], became(report)) == (
        "waiting",
        {REFRESH: "waiting", GUARDIANS: "skipped", NET_MEDIA: "skipped", RETENTION: "waiting"},
    )
    return report


def test_a_night_finishes_what_does_not_depend_on_what_is_held_and_waits_for_all_of_it(town: Library) -> None:
    report = held(town)
    assert of(report, NET_MEDIA)["reason"] == "needs waiting"
    assert [question.rule for question in store.questions(town.connection, run_id=report["run"], open_only=True)] == [
        "retention_removed_percent: loans",
        "first_dead_percent",
    ]
    assert town.rows("SELECT state FROM sync.run ORDER BY run_id") == [("waiting",)] * 3
    with pytest.raises(WaitsForWord, match=rf"answer {report['run']} .*\nthen: patronsync nightly"):
        town.nightly(**DEAD_HELD, **LOANS_HELD)


@pytest.mark.parametrize("word", ["apply", "skip"])
def test_with_a_word_on_all_the_night_goes_on_and_does_what_is_left(
    town: Library, prefect_api: PrefectServer, word: str
) -> None:
    report = held(town)
    town.settings._prefect.update(prefect_api.environment())
    code, out = town.command("approvals", "answer", str(report["run"]), word)
    assert code == 0 and out.strip().endswith("patronsync nightly")
    done = town.nightly(**DEAD_HELD, **LOANS_HELD)
    assert (done["run"], done["runs"][:2]) == (report["run"], report["runs"])
    overdue = {} if word == "apply" else {RETENTION: "failed"}  # what is left out is not forgotten as promised
    assert became(done) == {**ALL_DONE, **overdue}
    assert_adds_up(town, done)
    aside = {} if word == "apply" else {"implausible": 3}
    assert of(done, REFRESH)["outcomes"] == (aside or {"first answer": 3})


def test_each_of_several_questions_may_have_a_word_of_its_own(town: Library, prefect_api: PrefectServer) -> None:
    report = held(town)
    town.settings._prefect.update(prefect_api.environment())
    refresh, retention = (of(report, name)["run"] for name in (REFRESH, RETENTION))
    code, out = town.command("approvals", "answer", str(retention), "apply", "--part", "loans")
    assert code == 0 and "1 more" in out
    assert town.command("approvals", "answer", str(retention), "apply")[0] == 1
    code, out = town.command("approvals", "--json")
    assert [(one["run"], one["night"]) for one in json.loads(out)["questions"]] == [(refresh, report["run"])]
    code, out = town.command("approvals", "answer", str(refresh), "abort")
    assert code == 0 and out.strip().endswith("patronsync nightly")
    done = town.nightly(**DEAD_HELD, **LOANS_HELD)
    assert became(done) == {REFRESH: "aborted", GUARDIANS: "skipped", NET_MEDIA: "skipped", RETENTION: "done"}
    assert (done["run"], done["state"]) == (report["run"], "aborted")
    assert_adds_up(town, done)


def test_abort_on_all_ends_the_night(town: Library, prefect_api: PrefectServer) -> None:
    report = held(town)
    town.settings._prefect.update(prefect_api.environment())
    code, out = town.command("approvals", "answer", str(report["run"]), "abort")
    assert code == 0 and "aborted" in out
    assert {state for (state,) in town.rows("SELECT state FROM sync.run")} == {"aborted"}
    again = town.nightly()
    assert (again["state"], again["run"] > report["run"]) == ("done", True)


def test_nobody_s_word_within_the_time_ends_the_night_as_aborted_on_record_in_status_and_in_the_report(
    town: Library, tmp_path: Path
) -> None:
    report = held(town)
    town.connection.execute("UPDATE sync.approval SET asked_at = asked_at - %s", [timedelta(hours=12, minutes=1)])
    code, out = town.command("status", "--json")
    [told] = [last for last in json.loads(out)["runs"] if last["flow"] == NIGHTLY]
    assert code == 1 and (told["state"], told["message"]) == ("aborted", "aborted: nobody answered")
    assert "aborted: nobody answered" in town.command("status")[1]
    assert set(town.rows("SELECT state, message FROM sync.run")) == {("aborted", "aborted: nobody answered")}
    page = tmp_path / "night.html"
    assert town.command("report", "--output", str(page))[0] == 0
    assert "aborted: nobody answered" in page.read_text()
    assert town.nightly()["run"] > report["run"]


def test_a_deployed_night_or_run_that_is_held_is_suspended_for_twelve_hours_with_a_required_choice(
    town: Library, prefect_api: PrefectServer
) -> None:
    town.settings._prefect.update(prefect_api.environment())
    chosen = town.settings.model_copy(update={"language": "da"})
    assert Settings().operators_word_hours == 12
    report = held(town)

    def waits_as_a_night() -> None:
        with Session(town.database_url, "run") as run_session, Session(town.database_url, "apply") as session:
            worker = Worker(chosen, session, run_session, Source("test", "demo", None), None, deployed=True)
            wait_for_words(worker, NIGHTLY, report["run"])

    def waits_as_a_run() -> None:
        wait_for_word(town.connection, of(report, RETENTION)["run"], chosen, deployed=True)

    for waits, fields in ((waits_as_a_night, 2), (waits_as_a_run, 1)):
        state, form, text = _suspended(waits)
        assert (state.name, state.type) == ("Suspended", StateType.PAUSED)
        given = state.state_details.pause_timeout - state.timestamp
        assert timedelta(hours=11, minutes=59) < given <= timedelta(hours=12, seconds=1)
        assert len(form["properties"]) == fields and form["required"] == list(form["properties"])
        assert not any("default" in shown for shown in form["properties"].values())
        assert "tallene er rigtige" in str(form) and "grænsen er" in str(form) and "holdes tilbage" in text


def _suspended(waits: Callable[[], None]) -> tuple[Any, dict[str, Any], str]:
    """The state of a deployment's run that waits, and its form: as Prefect's server has them."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import Pause
    from prefect.flow_engine import run_flow
    from prefect.flows import Flow

    flow = Flow(waits, name=waits.__name__, persist_result=False)
    with get_client(sync_client=True) as client:
        deployment = client.create_deployment(client.create_flow_from_name(flow.name), name=flow.name)
        flow_run = client.create_flow_run_from_deployment(deployment)
        with pytest.raises(Pause):  # the process of a deployment's run ends by it
            run_flow(flow, flow_run=flow_run, return_type="state")
        state = client.read_flow_run(flow_run.id).state
        assert state is not None and state.state_details.run_input_keyset is not None, state
        shown = {
            part: client.read_flow_run_input(flow_run.id, state.state_details.run_input_keyset[part])
            for part in ("schema", "description")
        }
    return state, json.loads(shown["schema"]), json.loads(shown["description"])


def test_the_night_s_questions_stand_in_one_form_with_a_field_for_each(town: Library) -> None:
    from flows.steps.held_form import form_of, form_text, held_by
    from flows.wording import words

    report = held(town)
    asked = held_by(store.questions(town.connection, run_id=report["run"]))
    assert [(one.flow, one.part) for one in asked] == [(REFRESH, None), (RETENTION, "loans")]
    schema = form_of(asked, words("en")).model_json_schema()
    assert schema["required"] == list(schema["properties"]) == [one.field for one in asked]
    for one in asked:
        shown = schema["properties"][one.field]
        assert shown["enum"] == ["apply", "skip", "abort"]
        assert "the limit is" in shown["description"] and one.flow in shown["title"]
    text = form_text(report["run"], asked, words("da"), whole="night")
    assert f"{report['run']}" in text and text.count("grænsen er") == 2


# Killed, and taken over ---------------------------------------------------------------------------------------------


def test_a_night_that_was_killed_is_told_of_and_the_next_is_complete(
    town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(NetMediaRun, "run", die)
    with pytest.raises(KeyboardInterrupt):
        town.nightly()
    monkeypatch.undo()
    killed = [run for (run,) in town.rows("SELECT run_id FROM sync.run WHERE state = 'running' ORDER BY 1")]
    asked = town.asked()
    report = town.nightly()
    assert (report["state"], became(report), town.asked()) == ("done", ALL_DONE, asked)
    assert report["took_over"] == [
        {"run": killed[0], "flow": "nightly"},
        {"run": killed[1], "flow": NET_MEDIA},
    ]
    assert_adds_up(town, report)
    assert {state for (state,) in town.rows("SELECT state FROM sync.run WHERE run_id = ANY (%s)", killed)} == {"killed"}


def test_a_new_night_takes_the_place_of_one_that_waits_where_another_day_s_word_has_not_come(town: Library) -> None:
    report = held(town)
    with connect(town.database_url, autocommit=True) as connection:
        later = store.open_run(connection, flow="nightly", today=DAY + timedelta(days=1), dry_run=False, parameters={})
        assert store.end_superseded_nights(connection, later, DAY + timedelta(days=1)) == [report["run"]]
    ended = town.rows("SELECT state, message FROM sync.run WHERE run_id <> %s", later)
    assert set(ended) == {("aborted", f"aborted: run {later} has taken its place")}
    assert store.questions(town.connection, open_only=True) == []
