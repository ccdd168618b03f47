"""How a night begins: one that waited for words goes on, or one that was cut short; else a new one is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from prefect.flow_runs import suspend_flow_run

from db.runs import store
from db.runs.store import RunRecord
from flows.clock import now
from flows.errors import UsageError
from flows.parameters import NightStep, RefreshScope
from flows.steps.beginning import clear_the_way, live_in
from flows.steps.held_form import form_of, form_text, held_by
from flows.steps.naming import named
from flows.steps.night_run import NightRun, TookOver
from flows.steps.operators_word import FORM_KEY, Aborted, WaitsForWord
from flows.steps.worker import Worker
from flows.wording import words
from mappers.night import STEPS, Asked, failed_steps

OPEN_AT_LEAST = 60
"""Seconds that a form stays open at least, however long ago its first question was asked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a night is asked for, as its record keeps it."""

    steps: tuple[NightStep, ...] = ()
    failed_since: date | None = None
    scope: RefreshScope = RefreshScope.due
    patron_numbers: tuple[str, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """As the record keeps it; `restore` reads it back."""
        return {
            "steps": [step.value for step in self.steps],
            "failed_since": self.failed_since.isoformat() if self.failed_since else None,
            "scope": self.scope.value,
            "patron_numbers": list(self.patron_numbers),
        }

    @classmethod
    def restore(cls, given: dict[str, Any]) -> Wish:
        """The wish of a night that goes on."""
        since = given["failed_since"]
        return cls(
            tuple(NightStep(name) for name in given["steps"]),
            date.fromisoformat(since) if since else None,
            RefreshScope(given["scope"]),
            tuple(given["patron_numbers"]),
        )


_AS_IT_IS = Wish()
"""What `patronsync nightly` asks for when nothing is said: it goes on with whatever waits."""


def begin(
    worker: Worker, flow: str, wish: Wish, *, dry_run: bool, today: date | None, say: Callable[[str], None]
) -> tuple[NightRun, Wish]:
    """The night to work through, and what is wished of it. Raises `WaitsForWord`, `Aborted` or `UsageError`.

    Suspends itself where it waits for words and has none yet.
    """
    killed = clear_the_way(worker, say)
    day = worker.day(today, dry_run)
    _look_at_failed_since(wish.failed_since, day)
    named(worker.connection, wish.scope, wish.patron_numbers)
    record = None if dry_run else _goes_on(worker, flow, wish, day)
    if record is not None:
        return _go_on(worker, flow, record, say)
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters=wish.parameters(),
        database=worker.source.database,
        registry=worker.source.registry,
        flow_run_id=worker.flow_run_id,
    )
    if not dry_run:
        for ended in store.end_superseded_nights(worker.connection, run_id, day):
            say(f"night {ended} waits no more: night {run_id} has taken its place")
    failed = None
    if wish.failed_since is not None:
        names = [step.name for step in STEPS]
        failed = failed_steps(store.latest_states(worker.connection, names, wish.failed_since), wish.failed_since, day)
    took_over = [TookOver(run, of) for run, of in killed]
    return _run(worker, run_id, day, wish, failed, dry_run=dry_run, took_over=took_over, say=say), wish


def _look_at_failed_since(since: date | None, day: date) -> None:
    """Nothing has failed on a day that has not come: every step would be taken for one that was not reached."""
    if since is not None and since > day:
        raise UsageError(
            f"failed_since={since} lies ahead of the night's own day, {day}.", "Give that day, or one before it."
        )


def _goes_on(worker: Worker, flow: str, wish: Wish, day: date) -> RunRecord | None:
    """The night that this one goes on with: its own before it was suspended or cut short, else one that waits.

    A deployed night goes on with another's alone where that is of the same day and has been given its words.
    """
    own = store.run_of_flow_run(worker.connection, worker.flow_run_id) if worker.flow_run_id else None
    if own is not None:
        return own
    waiting = store.waiting_run(worker.connection, flow)
    record = store.read_run(worker.connection, waiting) if waiting is not None else None
    if record is None or wish.parameters() not in (record.parameters, _AS_IT_IS.parameters()):
        return None
    if worker.deployed and (record.today != day or _open_questions(worker, record.run_id)):
        return None
    return record


def _open_questions(worker: Worker, night: int) -> bool:
    return bool(store.questions(worker.connection, run_id=night, open_only=True))


def _go_on(worker: Worker, flow: str, record: RunRecord, say: Callable[[str], None]) -> tuple[NightRun, Wish]:
    if record.state == "aborted":
        raise Aborted(record.run_id, record.message or "aborted")
    wait_for_words(worker, flow, record.run_id)
    if not store.take_run(worker.run_connection, record.run_id):
        raise WaitsForWord(record.run_id, flow)  # another process has taken it up
    store.go_on(worker.run_connection, record.run_id, worker.flow_run_id)
    say(f"night {record.run_id} goes on")
    wish = Wish.restore(record.parameters)
    took_over = [TookOver(one["run"], one["flow"]) for one in record.counts.get("took_over", [])]
    only = record.counts.get("only_failed")
    failed = None if only is None else frozenset(only)
    return _run(worker, record.run_id, record.today, wish, failed, dry_run=False, took_over=took_over, say=say), wish


def wait_for_words(worker: Worker, flow: str, night: int) -> None:
    """Suspends a deployed night that has open questions, or, resumed, writes the words that the form brought.

    Raises `WaitsForWord` for a night of the command line. Returns only when there is a word on every question.
    """
    asked = [one for one in store.questions(worker.connection, run_id=night) if one.state == "waiting"]
    if all(question.word for question in asked):
        return
    if not worker.deployed:
        raise WaitsForWord(night, flow)
    said = words(worker.settings.language)
    held = held_by(asked)
    waited = (now() - min(question.asked_at for question in asked if not question.word)).total_seconds()
    answered = suspend_flow_run(
        wait_for_input=form_of(held, said).with_initial_data(description=form_text(night, held, said, whole="night")),
        timeout=int(max(worker.settings.operators_word_hours * 3600 - waited, OPEN_AT_LEAST)),
        key=f"{FORM_KEY}-{asked[0].approval_id}",
    )
    for one in held:  # a word that was given elsewhere meanwhile stands
        store.answer(worker.connection, one.run_id, getattr(answered, one.field), "Prefect", one.part)


def _run(
    worker: Worker,
    run_id: int,
    day: date,
    wish: Wish,
    failed: frozenset[str] | None,
    *,
    dry_run: bool,
    took_over: list[TookOver],
    say: Callable[[str], None],
) -> NightRun:
    live_in(worker, run_id)
    return NightRun(
        run_id=run_id,
        today=day,
        asked=Asked(
            steps=frozenset(step.value for step in wish.steps),
            only_failed=failed,
            registry_anyway=wish.scope is not RefreshScope.due,
            guardians=worker.settings.guardians,
        ),
        session=worker.session,
        run_session=worker.run_session,
        dry_run=dry_run,
        retries=worker.settings.night_retries if worker.deployed and not dry_run else 0,
        retry_seconds=worker.settings.night_retry_seconds,
        took_over=took_over,
        say=say,
    )
