"""Runs a Prefect worker and sees to its end: `python -m flows.local.worker_process POOL NAME`.

It ends when whoever started it closes its standard input (which a killed `patronsync up` does, too), or on SIGTERM,
or with the worker. A worker that has run a flow does not leave on the first SIGTERM, and its runs are processes in
sessions of their own: so the runs are ended first (their state becomes Crashed, their claims fall), then the worker,
then whatever of them is still there.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_RUNS_GRACE = 8.0
_WORKER_GRACE = 3.0


def main(arguments: list[str]) -> int:
    """Starts the worker, waits for its end or ours, and returns the worker's exit code (0 where we ended it)."""
    pool, name = arguments
    signal.signal(signal.SIGTERM, _raise_exit)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    command = [sys.executable, "-m", "flows.local.prefect_process", "worker", "start"]
    command += ["--pool", pool, "--type", "process", "--name", name]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while worker.poll() is None:
            readable, _, _ = select.select([sys.stdin], [], [], 0.5)
            if readable and not os.read(sys.stdin.fileno(), 1):
                return 0
        return worker.returncode
    except SystemExit:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end(worker)


def end(worker: subprocess.Popen[bytes]) -> None:
    """Ends the worker and the flow runs it has started; returns when none of them is left."""
    runs: set[int] = set()

    def end_runs() -> bool:
        """Asks those to end that have begun since the last look; True when none is there (any more)."""
        begun = set(descendants(worker.pid)) - runs
        _send(signal.SIGTERM, begun)
        runs.update(begun)
        return not any(_exists(pid) for pid in runs)

    _wait(end_runs, _RUNS_GRACE)
    if worker.poll() is None:
        worker.terminate()
        _wait(lambda: end_runs() and worker.poll() is not None, _WORKER_GRACE)
    if worker.poll() is None:
        worker.send_signal(signal.SIGSTOP)  # it begins no run between our last look and its end
        end_runs()
        worker.kill()
    _send(signal.SIGKILL, [pid for pid in runs if _exists(pid)])
    worker.wait()


def descendants(pid: int) -> list[int]:
    """The processes that `pid` has started, and those that they have, and so on."""
    parents = _parents()
    found: list[int] = []
    wanted = [pid]
    while wanted:
        parent = wanted.pop()
        children = [child for child, of in parents.items() if of == parent]
        found += children
        wanted += children
    return found


def _parents() -> dict[int, int]:
    """Process -> its parent, for every process that may be seen."""
    if Path("/proc/self/stat").exists():
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it has just ended
        return parents
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    return {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}


def _send(number: int, processes: Iterable[int]) -> None:
    for pid in processes:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _exists(pid: int) -> bool:
    """True while the process runs; one that has ended and waits for its parent to notice does not."""
    try:
        if Path("/proc/self/stat").exists():
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)


def _raise_exit(number: int, frame: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
