"""What needs an operator's hand, told from how things stand: codes and numbers; the words are in `flows.wording`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from db.status.store import LastRun, Standing
from flows.wording import Words
from mappers.lateness import last_expected
from mappers.local_days import local_day
from mappers.retention import CONSUMER_DEAD_DAYS, is_about_to_be_dead

_OF_CONSUMERS = ("consumer dead", "consumer stopped", "consumer about to be dead", "consumer behind")

CODES = (
    *("run ended badly", "run late", "never run", "waits for a word", "overdue", "schema behind", "registry silent"),
    *_OF_CONSUMERS,
)
"""All that is told here; of the certificate `flows.observability.certificate` tells."""

SECTIONS = ("hand", "hand_remedy")
"""Where the wording has the words of each code."""

NIGHTS = ("nightly",)
"""The flow whose runs are made of others': it is told of by itself only where none of its steps is."""

BAD_ENDS = ("incomplete", "failed", "aborted", "killed")
"""States of a run that is over and has not done all that it should."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One thing that needs a hand, said and with what to do. `waits`: an operator's word is all that it needs."""

    said: str
    remedy: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The same as a code with its values."""

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def in_words(self, said: Words) -> Hand:
        """In a language."""
        text, remedy = (said.say(section, self.code, **self.values) for section in SECTIONS)
        return Hand(text, remedy, waits=self.code == "waits for a word")


def look_at(
    standing: Standing, steps: Sequence[str], last_night: date, behind_hours: float, said: Words
) -> Iterator[Found]:
    """All that can be told from how things stand."""
    yield from look_at_runs(standing, steps, last_night, said)
    yield from look_at_proof(standing)
    yield from look_at_consumers(standing, behind_hours, said)


def look_at_runs(standing: Standing, steps: Sequence[str], last_night: date, said: Words) -> Iterator[Found]:
    """Runs that ended badly, runs that wait, nights that did not come. `last_night`: the day of the last expected."""
    bad = [run for run in standing.runs if run.state in BAD_ENDS]
    for run in bad:
        values: dict[str, object] = {"flow": name_of(run, said), "run": run.run_id, "day": run.today}
        if run.flow not in NIGHTS or all(other.flow in NIGHTS or other.today != run.today for other in bad):
            state = said.say("run_state", run.state)
            ended = {"state": state, "message": run.message or "", "command": _again(run)}
            yield Found("run ended badly", {**values, **ended})
    for run_id in sorted({question.run_id for question in standing.questions}):
        asked = [question for question in standing.questions if question.run_id == run_id]
        flow = said.say("flow", asked[0].flow)
        yield Found("waits for a word", {"flow": flow, "run": run_id, "questions": len(asked)})
    latest = {run.flow: run.today for run in standing.runs}
    for step in steps:
        expected, flow = last_expected(step, last_night), said.say("flow", step)
        if step not in latest:
            yield Found("never run", {"flow": flow, "step": step})
        elif latest[step] < expected:
            yield Found("run late", {"flow": flow, "day": expected, "last": latest[step]})


def _again(run: LastRun) -> str:
    """The command that does what a run has left, and only that."""
    return f"patronsync import {run.part} FILE.csv" if run.part else f"patronsync nightly --failed-since {run.today}"


def look_at_proof(standing: Standing) -> Iterator[Found]:
    """What the last proof of retention found overdue."""
    left = {proof.rule: proof.overdue for proof in standing.proofs if proof.overdue}
    if left:
        rules = ", ".join(f"{rule} {number}" for rule, number in left.items())
        yield Found("overdue", {"rules": rules, "run": standing.proofs[0].run_id})


def look_at_consumers(standing: Standing, behind_hours: float, said: Words) -> Iterator[Found]:
    """Consumers of the change feed that do not read as they should: of each the gravest."""
    for one in standing.consumers:
        values: dict[str, object] = {"consumer": one.consumer, "waiting": one.waiting, "day": local_day(one.read_at)}
        if one.dead_on is not None:
            yield Found("consumer dead", {**values, "day": one.dead_on})
        elif one.stopped_reason is not None:
            reason = said.say("feed_undelivered", one.stopped_reason)
            yield Found("consumer stopped", {**values, "position": one.stopped_position, "reason": reason})
        elif is_about_to_be_dead(local_day(one.read_at), standing.today):
            dead_on = local_day(one.read_at) + timedelta(days=CONSUMER_DEAD_DAYS)
            yield Found("consumer about to be dead", {**values, "dead_on": dead_on})
        elif one.behind_seconds > behind_hours * 3600:
            yield Found("consumer behind", {**values, "hours": int(one.behind_seconds // 3600)})


def name_of(run: LastRun, said: Words) -> str:
    """A run's flow in words, of imports with the kind."""
    flow = said.say("flow", run.flow)
    return f"{flow} ({said.say('extract_kind', run.part)})" if run.part else flow


def state_of(hands: Iterable[Hand]) -> str:
    """How things stand as a whole, in the words of a run's state: `done`, `waiting` (for a word alone) or `failed`."""
    found = list(hands)
    if any(not hand.waits for hand in found):
        return "failed"
    return "waiting" if found else "done"
