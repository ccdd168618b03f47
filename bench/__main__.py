"""`python -m bench`: measures everything (some twenty minutes on two cores), or the subjects that are named."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    apply,
    client,
    feed,
    growth,
    guardians,
    imports,
    mapping,
    net_media,
    prefect_share,
    refresh,
    report,
    retention,
)
from bench.place import Place, open_place
from bench.results import Figure
from bench.sizes import FULL, SMALL, Sizes

SUBJECTS: dict[str, Callable[[Sizes, Place], Iterator[Figure]]] = {
    "client": lambda sizes, place: client.measure(sizes),
    "mapping": lambda sizes, place: mapping.measure(sizes),
    "apply": apply.measure,
    "refresh": refresh.measure,
    "prefect_share": prefect_share.measure,
    "growth": growth.measure,
    "imports": imports.measure,
    "net_media": net_media.measure,
    "guardians": guardians.measure,
    "retention": retention.measure,
    "feed": feed.measure,
}
"""What there is to measure, in the order in which it is told."""


def main(arguments: list[str] | None = None) -> int:
    """Measures and tells. 1 where a target of a full measurement is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="sizes that show that it runs; its figures say nothing")
    parser.add_argument("subject", nargs="*", choices=[[], *SUBJECTS], help="what to measure (default: everything)")
    asked = parser.parse_args(arguments)
    sizes = SMALL if asked.small else FULL
    figures: list[Figure] = []
    missing = list(asked.subject or SUBJECTS)
    with _place() as place:
        for name in asked.subject or SUBJECTS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            for figure in SUBJECTS[name](sizes, place):
                figures.append(figure)
                print(
                    f"  {figure.name}: {figure.value:.2f} {figure.unit} ({figure.detail})", file=sys.stderr, flush=True
                )
            missing.remove(name)
            if not (asked.small or asked.subject):
                report.write(figures, missing=missing)  # what is measured stays, whatever becomes of the rest
    print(report.table(figures))
    if asked.small or asked.subject:
        return 0
    print(f"Written to {report.RESULTS} and {report.PAGE}.")
    return 0 if all(figure.met for figure in figures) else 1


@contextmanager
def _place() -> Iterator[Place]:
    with TemporaryDirectory(prefix="patronsync-bench-") as folder, open_place(Path(folder)) as place:
        yield place


if __name__ == "__main__":
    raise SystemExit(main())
