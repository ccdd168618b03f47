"""Tells the figures: a table on the screen, `bench/results.json` for programs, `docs/benchmarks.md` for people."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.results import Figure
from bench.sizes import FULL
from db.embedded_programs import Account, find_programs, version, within_reach

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path("bench/results.json")
PAGE = Path("docs/benchmarks.md")


def table(figures: Sequence[Figure]) -> str:
    """The figures in columns, as `make bench` prints them."""
    rows = [("figure", "value", "target", ""), *(_row(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {target:<{widths[2]}}  {met}".rstrip()
        for name, value, target, met in rows
    )


def write(figures: Sequence[Figure], root: Path = ROOT, missing: Sequence[str] = ()) -> None:
    """Writes both files. `missing`: subjects that have not been measured (yet)."""
    text = json.dumps([figure.as_json() for figure in figures], indent=2, ensure_ascii=False)
    (root / RESULTS).write_text(text + "\n", encoding="utf-8")
    (root / PAGE).write_text(_page(figures, missing), encoding="utf-8")


def _row(figure: Figure) -> tuple[str, str, str, str]:
    return figure.name, f"{figure.value:.2f} {figure.unit}", figure.target, "met" if figure.met else "MISSED"


def _page(figures: Sequence[Figure], missing: Sequence[str]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; how each figure is taken is in [bench/](../bench/README.md). What counts is a ratio "
        "within one run: both sides of it were measured in turn, on the same machine. The last column holds what it "
        "was worked out from, which belongs to that machine.",
        "",
        f"{_machine()}. Commit {_commit()}, {datetime.now(UTC).date()}. "
        f"Medians of {FULL.rounds} rounds; the two large ones, {FULL.many_patrons:,} patrons and {FULL.lines:,} lines, "
        "ran once.",
        "",
        *([f"Not measured in this run: {', '.join(missing)}.", ""] if missing else []),
        "| Figure | Value | Target | | Worked out from |",
        "| --- | ---: | --- | --- | --- |",
        *(f"| {' | '.join((*_row(figure), figure.detail))} |" for figure in figures),
        "",
    ]
    return "\n".join(lines)


def _machine() -> str:
    """The machine's size, and the versions of what does the work."""
    memory = re.search(r"MemTotal:\s+([0-9]+) kB", Path("/proc/meminfo").read_text(encoding="ascii"))
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    account = Account.to_run_as()
    postgres = version(within_reach(find_programs(), account), account)
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), "
        f"{int(memory[1]) / 2**20:.0f} GB of memory, Python {platform.python_version()}, PostgreSQL {postgres}, "
        f"psycopg {psycopg.__version__}"
        if memory
        else platform.platform()
    )


def _commit() -> str:
    """The commit that was measured, and whether files had been changed since (but those that are written here)."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", f":!{RESULTS}", f":!{PAGE}")
    return f"{commit} with changes" if commit and changed else commit or "unknown"


def _git(*arguments: str) -> str:
    said = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip()
