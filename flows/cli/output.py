"""What a command says: to a person (rich on a terminal, plain lines elsewhere), or one JSON object to a script."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from flows.observability.pace import Pace

_PAUSE = 5.0  # seconds between two lines of progress, where there is no terminal


class Progress(Protocol):
    """How far something is."""

    def total(self, count: int) -> None:
        """So many are to be done."""

    def at(self, done: int, note: str = "") -> None:
        """So many are done; `note` is a few words on them."""


class Output:
    """Where a command's words go. With `as_json` standard output is left to `result` alone."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.console = Console(stderr=as_json, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(self, text: str = "", *, style: str | None = None) -> None:
        """A line for people. `style` (rich's, such as `bold`) shows on a terminal alone."""
        self.console.print(text, style=style)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Rows under headings; columns of numbers stand to the right. Nothing is cut off."""
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        numeric = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(columns))]
        if self.console.is_terminal:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for heading, right in zip(columns, numeric, strict=True):
                table.add_column(heading, justify="right" if right else "left", overflow="fold")
            for row in texts:
                table.add_row(*row)
            self.console.print(table)
            return
        widths = [max(len(row[i]) for row in [list(columns), *texts]) for i in range(len(columns))]
        for row in [list(columns), *texts]:
            cells = (
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, numeric, strict=True)
            )
            self.say("  ".join(cells).rstrip())

    def result(self, data: Mapping[str, Any]) -> None:
        """The one JSON object; nothing where a person reads."""
        if self.as_json:
            print_json(data)

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """A bar on a terminal; elsewhere a line every few seconds."""
        if not self.console.is_terminal:
            yield _Lines(self, label)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("<"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[note]}", markup=False),
        )
        with RichProgress(*columns, console=self.console) as bar:
            yield _Bar(bar, label)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.3g}/s" if speed else "", style="progress.data.speed")


class _Bar:
    def __init__(self, bar: RichProgress, label: str) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=None, note="")

    def total(self, count: int) -> None:
        self._bar.update(self._task, total=count)

    def at(self, done: int, note: str = "") -> None:
        self._bar.update(self._task, completed=done, note=note)


class _Lines:
    def __init__(self, output: Output, label: str) -> None:
        self._output, self._label = output, label
        self._total: int | None = None
        self._last = time.monotonic()
        self._pace: Pace | None = None
        self._said: tuple[int, int | None, str] | None = None

    def total(self, count: int) -> None:
        if self._total is None:  # it may grow while the run goes on
            self._output.say(f"{self._label}: {count} to do")
        if count != self._total:  # another step has begun: what the one before took says nothing of its pace
            self._pace = None
        self._total = count

    def at(self, done: int, note: str = "") -> None:
        now = time.monotonic()
        self._pace = self._pace or Pace(now, done)
        pace = self._pace.words(done, self._total or 0, now)
        told = (done, self._total, note)
        if (now - self._last >= _PAUSE or done == self._total) and told != self._said:
            self._last, self._said = now, told
            self._output.say(
                ", ".join(part for part in (f"{self._label}: {done} of {self._total}", pace, note) if part)
            )


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON object on standard output; days and times as ISO 8601."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
