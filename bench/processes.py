"""Runs what is measured in a process of its own, so that nothing that another one loaded or left weighs on it.

    with process("bench.client", "floor", url) as ask:      # calls bench.client.floor(url) over there
        ask(500)                                            # calls what that returned with 500, and gives its result

Arguments and results travel as JSON, a line each. The process ends with the block.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def process(module: str, function: str, *arguments: Any, environment: dict[str, str] | None = None) -> Iterator[Any]:
    """Starts the process; yields the function that asks it. `environment`: variables added to this process's own."""
    command = [sys.executable, "-m", "bench.processes", module, function, json.dumps(arguments)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        stdin, stdout = started.stdin, started.stdout
        assert stdin is not None and stdout is not None

        def ask(*asked: Any) -> Any:
            stdin.write(json.dumps(asked) + "\n")
            stdin.flush()
            answer = stdout.readline()
            if not answer:
                raise RuntimeError(f"{module}.{function} broke off: see its error above")
            return json.loads(answer)

        try:
            yield ask
        finally:
            stdin.close()


def cpu_seconds(do: Callable[[], object]) -> float:
    """Seconds of CPU, user and system, that this process spends on it, all threads together."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    do()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def peak_megabytes() -> float:
    """The most memory that this process has held at once.

    As the kernel has it of this program alone: `ru_maxrss` begins with what the process that started it had.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def _serve(module: str, function: str, arguments: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed over here must not be taken for an answer
    do = getattr(importlib.import_module(module), function)(*json.loads(arguments))
    for line in sys.stdin:
        answers.write(json.dumps(do(*json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
