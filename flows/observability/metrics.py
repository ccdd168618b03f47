"""Metrics for Prometheus, read from the records of the runs: the same from any process, and none of it lost with one.

Each is declared once, below; the documents list them from here, and the example of alert rules is checked against them.
Labels hold flows, codes, states, rules and the names of consumers of the change feed: nobody is in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from db.errors import DatabaseProblem
from db.feed.store import Consumer
from db.status.store import Standing
from db.status.totals import Counted, Totals
from flows.observability.answer_times import BEYOND, BOUNDS
from flows.observability.hands import BAD_ENDS

PREFIX = "patronsync_"


class Counter(NamedTuple):
    """A number that only grows. `total`: what it is called in `db.status.totals`; `label`: what its label says."""

    name: str
    total: str
    label: str
    meaning: str


class Histogram(NamedTuple):
    """Times. `classes`, `seconds`: what they are called in `db.status.totals`; `bounds` of the classes."""

    name: str
    classes: str
    seconds: str
    bounds: tuple[float, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Present:
    """What gauges are read from. `certificate_days` None: none is set. `hands`: how much needs a hand."""

    standing: Standing
    certificate_days: int | None
    hands: int

    @property
    def living_consumers(self) -> list[Consumer]:
        """Those for which events are kept."""
        return [one for one in self.standing.consumers if one.dead_on is None]


class Gauge(NamedTuple):
    """How things are now: values by the label's, '' where there is no label."""

    name: str
    label: str | None
    meaning: str
    read: Callable[[Present], Mapping[str, float]]


BATCH_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""As `db/functions/run_totals.sql` has them."""

COUNTERS = (
    Counter("runs", "runs", "state", "Runs that have ended."),
    Counter("run_seconds", "run_seconds", "", "Seconds that they took."),
    Counter("look_ups", "look_ups", "outcome", "Look-ups in the registry: answered, or the code of the error."),
    Counter("outcomes", "outcomes", "outcome", "What became of those who were asked or decided about."),
    Counter("changes", "changes", "kind", "Change events."),
    Counter("rows_removed", "removed", "rule", "Rows that retention has removed."),
)
"""By flow and label. Prometheus sees each with `_total` behind its name."""

HISTOGRAMS = (
    Histogram("look_up_seconds", "look_up_classes", "look_up_seconds", BOUNDS, "How long look-ups took."),
    Histogram("batch_seconds", "batch_classes", "batch_seconds", BATCH_BOUNDS, "How long batches took to be applied."),
)
"""By flow. Prometheus sees each with `_bucket`, `_count` and `_sum` behind its name."""

GAUGES = (
    Gauge("patrons_due", None, "Patrons who are due now.", lambda now: {"": now.standing.due.due}),
    Gauge(
        "patrons_overdue", None, "Patrons who are due since an earlier day.", lambda now: {"": now.standing.due.overdue}
    ),
    Gauge(
        "oldest_due_days",
        None,
        "Age in days of the oldest due patron's due day; 0: nobody is due since an earlier day.",
        lambda now: {"": _age(now.standing.due.oldest_due, now.standing.today)},
    ),
    Gauge("quarantined", "reason", "Patrons in quarantine.", lambda now: _by_code(now.standing.quarantine)),
    Gauge("cases_open", "kind", "Cases that staff must look at.", lambda now: _by_code(now.standing.cases)),
    Gauge("questions_open", None, "Questions of brakes without a word.", lambda now: {"": len(now.standing.questions)}),
    Gauge(
        "rows_overdue",
        "rule",
        "Rows that the last proof of retention found overdue.",
        lambda now: {proof.rule: proof.overdue for proof in now.standing.proofs},
    ),
    Gauge(
        "last_run_started_timestamp_seconds",
        "flow",
        "When the last run of a flow began.",
        lambda now: _greatest((run.flow, run.started_at.timestamp()) for run in now.standing.runs),
    ),
    Gauge(
        "last_run_failed",
        "flow",
        "1: the last run of a flow (of imports: of any kind) is incomplete, failed, aborted or killed; 0: it is not.",
        lambda now: _greatest((run.flow, int(run.state in BAD_ENDS)) for run in now.standing.runs),
    ),
    Gauge(
        "feed_position",
        "consumer",
        "Place of the last event of the change feed that a consumer is done with. Not there where there is none.",
        lambda now: {one.consumer: one.position for one in now.standing.consumers if one.position is not None},
    ),
    Gauge(
        "feed_events_waiting",
        "consumer",
        "Events of the change feed that a consumer has not read.",
        lambda now: {one.consumer: one.waiting for one in now.living_consumers},
    ),
    Gauge(
        "feed_behind_seconds",
        "consumer",
        "How long the oldest of them has waited; 0: none waits.",
        lambda now: {one.consumer: one.behind_seconds for one in now.living_consumers},
    ),
    Gauge(
        "feed_last_read_timestamp_seconds",
        "consumer",
        "When a consumer last read; one that finds nothing says so once an hour.",
        lambda now: {one.consumer: one.read_at.timestamp() for one in now.standing.consumers},
    ),
    Gauge(
        "feed_consumer_stopped",
        "consumer",
        "1: it has stopped at an event that could not be delivered, or was declared dead; 0: neither.",
        lambda now: {
            one.consumer: int(one.stopped_at is not None or one.dead_on is not None) for one in now.standing.consumers
        },
    ),
    Gauge("hands_needed", None, "What needs a hand, as patronsync status lists it.", lambda now: {"": now.hands}),
    Gauge(
        "certificate_expiry_days",
        None,
        "Days for which our certificate is valid; below 0: it has expired. Not there where none is set.",
        lambda now: {} if now.certificate_days is None else {"": now.certificate_days},
    ),
)

UP = "up"
"""1 where the database could be read; where it could not, it is 0 and alone."""

Source = Callable[[], tuple[Totals, Present]]


class RunRecords(Collector):
    """Reads the metrics anew each time that it is asked. `source` raises `DatabaseProblem` where it can't."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        """All metrics as they are now."""
        try:
            totals, present = self._source()
        except DatabaseProblem:
            yield _up(0)
            return
        yield _up(1)
        for counter in COUNTERS:
            yield _counter(counter, totals.get(counter.total, {}))
        for histogram in HISTOGRAMS:
            yield from _histogram(histogram, totals)
        for gauge in GAUGES:
            yield _gauge(gauge, gauge.read(present))


def registry_of(source: Source) -> CollectorRegistry:
    """What prometheus-client writes out, or serves."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RunRecords(source))
    return registry


def names() -> dict[str, tuple[str, str]]:
    """Every name that a query may use -> its labels in words, and what it means."""
    found = {PREFIX + UP: ("", "1: the database could be read.")}
    for counter in COUNTERS:
        labels = ", ".join(filter(None, ("flow", counter.label)))
        found[f"{PREFIX}{counter.name}_total"] = (labels, counter.meaning)
    for histogram in HISTOGRAMS:
        for ending, labels in (("bucket", "flow, le"), ("count", "flow"), ("sum", "flow")):
            found[f"{PREFIX}{histogram.name}_{ending}"] = (labels, histogram.meaning)
    for gauge in GAUGES:
        found[PREFIX + gauge.name] = (gauge.label or "", gauge.meaning)
    return found


def _up(value: int) -> Metric:
    return GaugeMetricFamily(PREFIX + UP, "1: the database could be read.", value=value)


def _counter(counter: Counter, numbers: Mapping[Counted, float]) -> Metric:
    labels = [label for label in ("flow", counter.label) if label]
    family = CounterMetricFamily(PREFIX + counter.name, counter.meaning, labels=labels)
    for counted, value in numbers.items():
        family.add_metric([counted.flow, counted.label] if counter.label else [counted.flow], value)
    return family


def _histogram(histogram: Histogram, totals: Totals) -> Iterator[Metric]:
    family = HistogramMetricFamily(PREFIX + histogram.name, histogram.meaning, labels=["flow"])
    by_flow: dict[str, dict[float, float]] = defaultdict(dict)
    for counted, number in totals.get(histogram.classes, {}).items():
        by_flow[counted.flow][float(counted.label)] = number
    for flow, numbers in by_flow.items():
        passed, buckets = 0.0, []
        for bound in (*histogram.bounds, float(BEYOND)):
            passed += numbers.get(bound, 0.0)
            buckets.append((BEYOND if bound == float(BEYOND) else f"{bound:g}", passed))
        family.add_metric([flow], buckets=buckets, sum_value=totals[histogram.seconds][Counted(flow, "")])
    yield family


def _gauge(gauge: Gauge, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(PREFIX + gauge.name, gauge.meaning, labels=[gauge.label] if gauge.label else [])
    for label, value in values.items():
        family.add_metric([label] if gauge.label else [], value)
    return family


def _by_code(groups: Iterable[object]) -> dict[str, float]:
    return {group.code: group.number for group in groups}  # type: ignore[attr-defined]


def _greatest(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """By flow the greatest of its values: imports have one for each kind."""
    found: dict[str, float] = {}
    for flow, value in values:
        found[flow] = max(value, found.get(flow, value))
    return found


def _age(oldest: date | None, today: date) -> int:
    return 0 if oldest is None else (today - oldest).days
