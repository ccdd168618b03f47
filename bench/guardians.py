"""Links of minors decided and applied, a pass a batch, with nothing changed and with every fifth minor changed.

`ours` is what the flow does once nobody is left to look up: guardians brought in step, then the links batch by batch, a
transaction each. `row by row` (bench/one_child.py) does the same for a tenth of the minors, a statement a row, a
transaction a batch; both are told in minors a second. Custody is as the refresh has left it (bench/minors.py). The
look-ups of a first night are counted beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from bench.minors import enrol_minors, outside, sign_forms, turn, turns
from bench.one_child import work_through
from bench.people import DAY, NIGHTS, patron_number
from bench.place import Place, settle
from bench.refresh import settings_for
from bench.registry import registry
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes
from cpr_client import open_client
from db.connect import Connection, connect
from db.guardians.links import Terms, count_ending, decide_links, list_children
from db.guardians.people import create_staging, one_at_a_time, reconcile
from db.runs.store import close_run, open_run
from flows.settings import Settings, use
from flows.steps.begin_guardians import begin
from flows.steps.guardian_counts import GuardianCounts
from flows.steps.worker import open_worker


@dataclass(slots=True)
class _Minors:
    """The library, and the day to which it has come: each pass works on the day after the one before."""

    connection: Connection
    children: Sequence[str]
    some: Sequence[str]
    batch: int
    run_id: int
    today: date = DAY

    def passing(self, work: Callable[[], int], *, over: Sequence[str], changed: bool) -> float:
        """Seconds a minor of one pass; as many minors as ought to must have changed."""
        self.today += timedelta(days=1)
        if changed:
            turn(self.connection, len(over), self.today)
        settle(self.connection)
        began = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - began
        if found != (turns(len(over)) if changed else 0):
            raise RuntimeError(f"{found} of {len(over)} minors changed: the passes do not follow each other")
        return seconds / len(over)

    def ours(self) -> int:
        """The worker's way; how many minors changed."""
        terms = Terms(self.run_id, self.today, ("Barn",), "Voksen")
        with self.connection.transaction():
            reconcile(self.connection, self.today)
        found = 0
        due = list_children(self.connection, terms)
        with self.connection.transaction(force_rollback=True):  # as the brake asks
            count_ending(self.connection, due, terms)
        for children in self.batches(due):
            with self.connection.transaction():
                one_at_a_time(self.connection)
                found += len(decide_links(self.connection, children, terms).patron_numbers)
        return found

    def row_by_row(self) -> int:
        """A tenth of the minors, one at a time; how many changed."""
        return sum(work_through(self.connection, batch, self.today) for batch in self.batches(self.some))

    def batches(self, children: Sequence[str]) -> Iterator[Sequence[str]]:
        """As many at once as the worker takes."""
        for first in range(0, len(children), self.batch):
            yield children[first : first + self.batch]


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The three figures of guardians."""
    with place.database() as url, connect(url, name="bench", autocommit=True) as connection:
        enrol_minors(connection, sizes.minors)
        yield _first_night(sizes, connection, url)
        sign_forms(connection, sizes.minors)
        create_staging(connection)
        children = [patron_number(child) for child in range(sizes.minors)]
        run_id = open_run(connection, flow="bench", today=DAY, dry_run=False, parameters={})
        minors = _Minors(connection, children, children[: sizes.minors // 10], sizes.batch, run_id)
        minors.ours()  # forms are compared for the first time
        for changed, limit in ((False, 5), (True, 10)):
            yield _against_row_by_row(sizes, minors, changed, limit)


def _first_night(sizes: Sizes, connection: Connection, database: str) -> Figure:
    """The whole run with look-ups, of guardians who are all new: each who is no patron is due."""
    with registry() as url:
        settings = settings_for(database, f"{url}{NIGHTS[0]}", sizes.batch)
        settings = settings.model_copy(update={"brake_guardian_links_ended_percent": 100.0})
        run = _run(settings, DAY)
    [(logged,)] = connection.execute("SELECT count(*) FROM sync.registry_access").fetchall()
    due = outside(sizes.minors)
    if logged != run.look_ups or run.due != sizes.minors:
        raise RuntimeError(f"{run.look_ups} look-ups, of which {logged} are logged; {run.due} children decided on")
    detail = f"look-ups: {run.look_ups:,}; guardians of {sizes.minors:,} minors who are no patrons and due: {due:,}"
    return Figure("look-ups of guardians against guardians due", run.look_ups / due, "times", "at most", 1, detail)


def _run(settings: Settings, today: date) -> GuardianCounts:
    """What the flow does between Prefect's words. Raises where it is not done."""
    before = use(settings)
    try:
        with open_worker() as worker:
            run = begin(worker, "guardian-links", look_ups=True, dry_run=False, today=today, say=lambda line: None)
            with open_client(settings.registry_config()) as client:
                run.run(client)
            state, message = run.state()
            close_run(worker.connection, run.run_id, state, message, run.counts.progress())
    finally:
        use(before)
    if state != "done":
        raise RuntimeError(f"the run of guardians ended {state}: {message}")
    return run.counts


def _against_row_by_row(sizes: Sizes, minors: _Minors, changed: bool, limit: int) -> Figure:
    ours, rows = interleaved(
        sizes.rounds,
        lambda: minors.passing(minors.ours, over=minors.children, changed=changed),
        lambda: minors.passing(minors.row_by_row, over=minors.some, changed=changed),
    )
    what = "20 % changed" if changed else "nothing changed"
    rates = [f"{1 / median(seconds):,.0f}" for seconds in (ours, rows)]
    detail = f"minors a second, of {len(minors.children):,}: {rates[0]}; row by row {rates[1]}"
    return Figure(f"links of minors against row by row, {what}", ratio(rows, ours), "times", "at least", limit, detail)
