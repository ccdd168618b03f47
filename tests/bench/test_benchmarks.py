"""Every benchmark still runs: at small sizes, whose figures say nothing."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench import client, growth, guardians, imports, prefect_share, refresh, retention
from bench.__main__ import SUBJECTS
from bench.people import DAY, NIGHTS, TEMPLATES, body, cpr_number, records
from bench.place import Place
from bench.registry import registry
from bench.report import PAGE, RESULTS, table, write
from bench.results import Figure, interleaved, ratio
from bench.sizes import SMALL
from cpr_client.base_data.answer import read_answer
from mappers.patron import record_after
from tests.fixtures.prefect import PrefectServer

SERVED_BY_PREFECT = {"prefect_share"}
IN_PROCESSES_OF_ITS_OWN = {"mapping"}
"""As all are when they are measured; a second or two of loading a process is too much for what these figures say."""
MODULES = (client, growth, guardians, imports, prefect_share, refresh, retention)


@dataclass(slots=True)
class QuickPlace(Place):
    """Its databases are copies of the tests' own: each would take a second to be migrated."""

    template: str = ""

    @contextmanager
    def database(self) -> Iterator[str]:
        with self._database(f"TEMPLATE {self.template}") as url:
            yield url


@pytest.fixture
def place(postgres_server, migrated_template, tmp_path):
    return QuickPlace(postgres_server, tmp_path, template=migrated_template)


@pytest.fixture(scope="module")
def registries() -> Iterator[Callable[..., AbstractContextManager[str]]]:
    """As `bench.registry.registry`, but one that answers as late is used again."""
    with ExitStack() as stack:
        yield cache(lambda latency=0.0: nullcontext(stack.enter_context(registry(latency))))


@pytest.fixture
def bench(place, registries, monkeypatch) -> Callable[..., None]:
    """Plays one benchmark, its processes in this one unless they are to be its own."""

    def play(subject: str) -> None:
        for module in MODULES:
            monkeypatch.setattr(module, "registry", registries, raising=False)
            if subject not in IN_PROCESSES_OF_ITS_OWN:
                monkeypatch.setattr(module, "process", _in_this_process, raising=False)
        _are_figures(list(SUBJECTS[subject](SMALL, place)))

    return play


@pytest.mark.parametrize("subject", sorted(SUBJECTS.keys() - SERVED_BY_PREFECT))
def test_a_benchmark_runs_and_gives_its_figures(subject, bench):
    bench(subject)


def test_the_benchmark_of_prefect_s_share_runs(full_size_alone, place, bench, prefect_api: PrefectServer, monkeypatch):
    place.data_dir = prefect_api.home.parent
    monkeypatch.setattr(prefect_share, "loading", lambda: 1.0)
    bench("prefect_share")


def test_every_fifth_patron_differs_between_the_nights_and_nobody_else():
    first, second = (records(night) for night in NIGHTS)
    assert {index for index in range(TEMPLATES) if first[index] != second[index]} == set(range(0, TEMPLATES, 5))


def test_a_night_applied_twice_changes_nobody():
    for index, record in enumerate(records(NIGHTS[0])):
        number = cpr_number(index)
        assert record_after(record, read_answer(body(NIGHTS[0], number), number), DAY)[0] is record


def test_what_is_measured_is_written_for_programs_and_for_people(tmp_path: Path):
    (tmp_path / "bench").mkdir()
    (tmp_path / "docs").mkdir()
    figures = [
        Figure("one against another", 5.0004, "times", "at least", 5, "patrons a second: 10; 2"),
        Figure("share", 5.1, "%", "at most", 5, "seconds: 2; 1.9"),
    ]
    write(figures, tmp_path)
    assert json.loads((tmp_path / RESULTS).read_text()) == [
        {"name": "one against another", "value": 5.0, "unit": "times", "target": "at least 5", "met": True},
        {"name": "share", "value": 5.1, "unit": "%", "target": "at most 5", "met": False},
    ]
    page = (tmp_path / PAGE).read_text()
    assert "| one against another | 5.00 times | at least 5 | met | patrons a second: 10; 2 |" in page
    assert "| share | 5.10 % | at most 5 | MISSED | seconds: 2; 1.9 |" in page
    assert table(figures).splitlines()[2].split() == ["share", "5.10", "%", "at", "most", "5", "MISSED"]


def test_rounds_are_measured_in_turn_and_compared_round_by_round():
    order: list[str] = []

    def measured(name: str, values: list[float]):
        def measure() -> float:
            order.append(name)
            return values.pop(0)

        return measure

    ours, others = interleaved(3, measured("ours", [1, 2, 4]), measured("others", [2, 8, 40]))
    assert order == ["ours", "others"] * 3
    assert ratio(others, ours) == 4


@contextmanager
def _in_this_process(
    module: str, function: str, *arguments: Any, environment: dict[str, str] | None = None
) -> Iterator[Callable[..., Any]]:
    """As `bench.processes.process`, without its second of loading; Prefect's `environment` is there already."""
    do = getattr(importlib.import_module(module), function)(*json.loads(json.dumps(arguments)))
    yield lambda *asked: json.loads(json.dumps(do(*json.loads(json.dumps(asked)))))


def _are_figures(figures: list[Figure]) -> None:
    assert figures
    assert all(math.isfinite(figure.value) and figure.value > 0 for figure in figures if figure.unit != "%")
    assert all(math.isfinite(figure.value) for figure in figures)
