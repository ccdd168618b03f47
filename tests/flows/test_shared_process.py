"""A server that commands share: joined where it runs, else started; the last one out stops it, whoever was killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from flows.errors import UserError
from flows.local.shared_process import Running, Service, free_port, private_folder, shared, stop_unused
from tests.fixtures.prefect import wait_until

SERVER = "import http.server, sys; http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), \
http.server.BaseHTTPRequestHandler).serve_forever()"

USER = """
import sys
from pathlib import Path
from flows.local.shared_process import shared
from tests.flows.test_shared_process import web_server
with shared(web_server(Path(sys.argv[1]))) as running:
    print(running.port, running.pid, running.started_here, flush=True)
    sys.stdin.read()
"""


def answers(port: int) -> bool:
    """Something speaks HTTP there."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def web_server(folder: Path, **other: object) -> Service:
    """A small server to share."""
    given = {
        "name": "web",
        "title": "The web server",
        "folder": folder,
        "command": lambda port: [sys.executable, "-c", SERVER, str(port)],
        "answers": answers,
    }
    return Service(**{**given, **other})  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "web"


class Command:
    """Another process that uses the server."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def told(self) -> tuple[int, int, bool]:
        """Port, process and whether it was started by this command."""
        assert self.process.stdout is not None
        port, pid, started = self.process.stdout.readline().split()
        return int(port), int(pid), started == "True"

    def leave(self) -> None:
        self.process.communicate(timeout=20)


def is_gone(running: Running) -> bool:
    try:
        os.kill(running.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_first_one_in_starts_it_and_the_last_one_out_stops_it(folder):
    with shared(web_server(folder)) as first:
        assert first.started_here and answers(first.port)
        with shared(web_server(folder)) as second:
            assert (second.pid, second.port, second.started_here) == (first.pid, first.port, False)
        assert first.is_alive() and answers(first.port)
    assert is_gone(first) and not answers(first.port)
    assert not first.is_alive()


def test_processes_share_it_and_whoever_is_last_stops_it(folder):
    first = Command(folder)
    port, pid, started = first.told()
    with shared(web_server(folder)) as joined:
        assert started and (joined.port, joined.pid, joined.started_here) == (port, pid, False)
        first.leave()
        assert answers(port), "the command that started it has left, another one uses it"
    assert not answers(port)


def test_four_that_start_at_once_share_one(folder):
    commands = [Command(folder) for _ in range(4)]
    told = [command.told() for command in commands]
    for command in commands:
        command.leave()
    assert len({(port, pid) for port, pid, _ in told}) == 1
    assert [started for _, _, started in told].count(True) == 1
    assert not answers(told[0][0])


def test_a_server_left_by_a_killed_command_is_joined_and_stopped_by_the_next(folder):
    killed = Command(folder)
    port, pid, _ = killed.told()
    killed.process.kill()
    killed.process.communicate()
    assert answers(port), "nobody could stop it"
    with shared(web_server(folder)) as running:
        assert (running.pid, running.started_here) == (pid, False)
    assert not answers(port)


def test_a_server_that_died_is_started_anew(folder):
    with shared(web_server(folder)) as first:
        os.kill(first.pid, signal.SIGKILL)
        assert wait_until(lambda: not first.is_alive(), 5)
        with shared(web_server(folder)) as second:
            assert second.started_here and second.pid != first.pid


def test_a_server_that_hangs_is_killed_and_started_anew(folder):
    with shared(web_server(folder, grace=0.5)) as first:
        os.kill(first.pid, signal.SIGSTOP)
        with shared(web_server(folder, patience=1, grace=0.5)) as second:
            assert second.started_here and second.pid != first.pid and answers(second.port)


def test_a_server_that_ignores_sigterm_is_killed(folder):
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVER
    command = {"command": lambda port: [sys.executable, "-c", stubborn, str(port)]}
    with shared(web_server(folder, grace=0.3, **command)) as running:
        pass
    assert is_gone(running)


def test_one_that_does_not_come_up_is_told_with_its_last_words(folder):
    command = {"command": lambda port: [sys.executable, "-c", "raise SystemExit('no such 120390-1234 thing')"]}
    with pytest.raises(UserError) as caught, shared(web_server(folder, **command)):
        pass
    assert "The web server did not come up" in str(caught.value) and "no such ********** thing" in str(caught.value)
    assert "web.log" in caught.value.remedy


def test_one_that_never_answers_is_stopped_again(folder):
    started: list[int] = []
    sleeper = {"command": lambda port: [sys.executable, "-c", "import time; time.sleep(60)"]}

    def never(port: int) -> bool:
        started.append(port)
        return False

    with pytest.raises(UserError), shared(web_server(folder, patience=0.5, answers=never, **sleeper)):
        pass
    with shared(web_server(folder)) as running:
        assert running.started_here, "nothing was left of the one that did not answer"


def test_who_gives_up_waiting_leaves_nothing_behind(folder):
    give_up = threading.Event()
    threading.Timer(0.3, give_up.set).start()
    began = time.monotonic()
    with pytest.raises(UserError), shared(web_server(folder, answers=lambda port: False), give_up):
        pass
    assert time.monotonic() - began < 5
    with shared(web_server(folder)) as running:
        assert running.started_here


def test_a_port_that_is_taken_is_avoided(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with shared(web_server(folder, preferred_port=port)) as running:
            assert running.port != port and answers(running.port)


def test_a_port_that_is_free_is_taken_as_preferred(folder):
    port = free_port()
    with shared(web_server(folder, preferred_port=port)) as running:
        assert running.port == port


def test_a_server_just_started_is_prepared_before_anybody_uses_it(folder):
    prepared: list[int] = []
    with shared(web_server(folder, prepare=prepared.append)) as running:
        with shared(web_server(folder, prepare=prepared.append)):
            pass
        assert prepared == [running.port]


def test_nobody_else_reads_what_lies_there(folder):
    with shared(web_server(folder)):
        for path in (folder, folder.parent):
            assert path.stat().st_mode & 0o077 == 0
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_that_is_there_keeps_its_rights(tmp_path):
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "data")
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_one_that_nobody_uses_is_stopped_in_passing_and_one_in_use_is_not(folder):
    stop_unused(web_server(folder))
    killed = Command(folder)
    port, _, _ = killed.told()
    stop_unused(web_server(folder))
    assert answers(port), "it is in use"
    killed.process.kill()
    killed.process.communicate()
    stop_unused(web_server(folder))
    assert not answers(port)
