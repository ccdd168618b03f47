"""One answer read and mapped to the library's facts, against the bare read in one pass over the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle, islice
from statistics import median

from lxml import etree

from bench.client import one_pass
from bench.people import DAY, NIGHTS, TEMPLATES, body, cpr_number, patron_number, records
from bench.processes import cpu_seconds, process
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes
from cpr_client.base_data.answer import read_answer
from mappers.patron import decide
from mappers.record import StoredPatron


def measure(sizes: Sizes) -> Iterator[Figure]:
    """The figure of reading and mapping."""
    with process("bench.mapping", "read_and_map") as ours, process("bench.mapping", "read_barely") as bare:
        each = [_microseconds(ask, sizes.answers) for ask in (ours, bare)]
        interleaved(1, *each)  # caches: not measured
        mapped, read = interleaved(sizes.rounds, *each)
    detail = f"CPU an answer: {median(mapped):.1f} µs; the bare read {median(read):.1f} µs"
    yield Figure("answer read and mapped against the bare read", ratio(mapped, read), "times", "at most", 3, detail)


def _microseconds(ask: Callable[[int], float], answers: int) -> Callable[[], float]:
    return lambda: 1e6 * float(ask(answers)) / answers


# What runs in the processes. The answers are the second night's: every fifth patron changes.


def read_and_map() -> Callable[[int], float]:
    """From the bytes to the decision: the record, its events, its next due day. CPU seconds."""
    known = records(NIGHTS[0])
    asked = [
        (
            body(NIGHTS[1], cpr_number(index)),
            StoredPatron(patron_number(index), cpr_number(index), known[index % TEMPLATES], DAY),
        )
        for index in range(TEMPLATES)
    ]
    today = DAY + timedelta(days=1)

    def work(count: int) -> None:
        for answer, stored in islice(cycle(asked), count):
            assert decide(stored, read_answer(answer, stored.cpr_number), today=today, interval_days=1).outcome

    return lambda count: cpu_seconds(lambda: work(count))


def read_barely() -> Callable[[int], float]:
    """From the bytes to a dict of texts. CPU seconds."""
    answers = [body(NIGHTS[1], cpr_number(index)) for index in range(TEMPLATES)]
    parser = etree.XMLParser()

    def work(count: int) -> None:
        for answer in islice(cycle(answers), count):
            assert one_pass(answer, parser)

    return lambda count: cpu_seconds(lambda: work(count))
