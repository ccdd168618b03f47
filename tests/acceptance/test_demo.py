"""`patronsync demo` as a newcomer runs it, and with settings around it that must not matter."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpr_client.demo.extract import people_for
from cpr_client.demo.people import build_people
from flows.clock import today
from flows.local.demo import BACK, SEED
from tests.fixtures.proofs import Proof

COMMAND = str(Path(sys.executable).with_name("patronsync"))
PATRONS = 1_000
"""A fifth of what a newcomer sees, of which every kind of change still happens to somebody."""


def start(environment: dict[str, str], folder: Path) -> subprocess.Popen[str]:
    """Starts the demo as a user would, in a session of its own, with a place of its own for temporary files."""
    (folder / "temp").mkdir()
    (folder / "here").mkdir()
    return subprocess.Popen(
        [COMMAND, "demo", "--patrons", str(PATRONS)],
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder / "temp"), **environment},
        cwd=folder / "here",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def left_running(mark: str) -> list[str]:
    """Command lines of processes whose environment holds the mark: what a demo has left behind."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def left_lying(folder: Path) -> list[Path]:
    """Files and directories where the demo was started, and among its temporary files."""
    return [*(folder / "here").iterdir(), *(folder / "temp").iterdir()]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_the_demo_touches_nothing_that_settings_name_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        port = trap.getsockname()[1]
        demo = start(
            {
                "PATRONSYNC_DATABASE_URL": f"postgresql://somebody@127.0.0.1:{port}/real",
                "PATRONSYNC_REGISTRY_URL": f"http://127.0.0.1:{port}/registry",
                "PATRONSYNC_DATA_DIR": str(tmp_path / "data"),
                "PATRONSYNC_ENV_FILE": str(tmp_path / "not-there.env"),
                "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(port),
                "DEMO_TEST_MARK": "touches-nothing",
            },
            tmp_path,
        )
        out, _ = demo.communicate(timeout=240)
        assert demo.returncode == 0, out
        trap.setblocking(False)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert left_lying(tmp_path) == []
    assert left_running("DEMO_TEST_MARK=touches-nothing") == []
    assert "What changed" in out and "moved within the municipality: patron" in out
    assert "What staff must look at" in out and "guardian not confirmed" in out
    assert "legal holds" in out and re.search(r"^messages +[0-9-]+ +[1-9][0-9]* ", out, re.MULTILINE), "retention ran"
    assert re.search(r"^Børneskærmen +[1-9][0-9]* ", out, re.MULTILINE), "net media was decided"
    assert re.search(r"^retention-cleanup +done ", out, re.MULTILINE), "the night has a summary"
    assert "links begun" in out and "custody of one parent ended: patron" in out
    people = build_people(people_for(PATRONS), SEED, today() - BACK)
    words = set(re.findall(r"[0-9]{6}-?[0-9]{4}", out))
    assert not words & {person.cpr_number.digits for person in people}


@pytest.mark.parametrize("seconds", [1.5, 2.5, 6.0, 9.0])
def test_ctrl_c_at_any_moment_leaves_nothing(tmp_path: Path, seconds: float, proof: Proof) -> None:
    if not proof.full and seconds != 2.5:
        pytest.skip("at full size alone (make soak)")
    mark = f"ctrl-c-{seconds}"
    demo = start({"DEMO_TEST_MARK": mark}, tmp_path)
    time.sleep(seconds)
    os.killpg(demo.pid, signal.SIGINT)
    out, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, out
    assert left_running(f"DEMO_TEST_MARK={mark}") == []
    assert left_lying(tmp_path) == []
