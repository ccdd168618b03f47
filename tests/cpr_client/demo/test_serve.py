"""The demo registry as a process: announced once it listens, fast enough, and gone when told."""

from __future__ import annotations

import http.client
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.persons_file import PersonsFileError, write_persons
from cpr_client.demo.serve import ServeOptions, registry_for
from tests.cpr_client.demo.asking import envelope, headers
from tests.cpr_client.demo.conftest import TODAY

_PROGRAM = """
import json, sys
from datetime import date
from pathlib import Path
from cpr_client.demo.serve import ServeOptions, serve_forever
options = {**json.loads(sys.argv[1]), "today": date(2026, 5, 4)}
for key in ("persons_file", "tls_folder"):
    if key in options:
        options[key] = Path(options[key])
serve_forever(
    ServeOptions(**options),
    lambda said: print(json.dumps([said.url, said.control_url, said.token, said.people, repr(said)]), flush=True),
)
print("gone")
"""


class _Process:
    """The server in a process of its own."""

    def __init__(self, **options: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url, self.control, self.token, self.people, self.shown = json.loads(self.process.stdout.readline())

    def stop(self, how: signal.Signals | None) -> tuple[int, str, str]:
        """Sends a signal, or ends its input; the exit code and what it still said."""
        if how is not None:
            self.process.send_signal(how)
            self.process.wait(10)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, None])
def test_it_ends_cleanly_when_told_by_a_signal_or_by_the_end_of_its_input(how: signal.Signals | None) -> None:
    server = _Process(people=300, stop_with_input=how is None)
    port = urlsplit(server.url).port
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request("GET", urlsplit(server.url).path + "?wsdl")
    assert line.getresponse().read()

    assert server.stop(how) == (0, "gone\n", "")
    line.close()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port).connect()


def test_the_token_does_not_show_in_what_was_announced() -> None:
    server = _Process(people=300)
    server.stop(signal.SIGTERM)

    assert server.people == 300
    assert server.token not in server.shown


def test_a_process_gives_two_thousand_answers_a_second_of_its_own_time() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    idle = _Process(people=2_000)
    idle.stop(signal.SIGTERM)
    start_up = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = _Process(people=2_000)
    numbers = [person.cpr_number for person in build_people(2_000, SEED, TODAY)]
    parts = urlsplit(server.url)
    line = http.client.HTTPConnection("127.0.0.1", parts.port)
    for number in numbers * 3:
        line.request("POST", parts.path, envelope(number.digits), headers())
        answer = line.getresponse()
        assert answer.status == 200
        answer.read()
    line.close()
    server.stop(signal.SIGTERM)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    own = (after.ru_utime + after.ru_stime) - 2 * (start_up.ru_utime + start_up.ru_stime)
    own += before.ru_utime + before.ru_stime
    assert 3 * len(numbers) / max(own, 0.001) > 2_000


def test_people_come_from_a_file_alone_or_beside_made_up_ones(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_text('{"cpr_number": "170591-9007", "status": 90}\n')
    alone = registry_for(ServeOptions(TODAY, persons_file=file))
    beside = registry_for(ServeOptions(TODAY, people=400, persons_file=file))

    assert len(alone) == 1
    assert len(registry_for(ServeOptions(TODAY))) == 5_000
    assert len(beside) == 401
    assert alone.today == TODAY


def test_a_registry_written_to_a_file_is_the_same_when_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    made_up = build_people(0, SEED, TODAY)
    write_persons(file, made_up)

    assert list(registry_for(ServeOptions(TODAY, persons_file=file))) == list(made_up)


def test_a_bad_file_is_said_before_it_listens(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_text("{}")
    with pytest.raises(PersonsFileError, match="line 1: cpr_number is missing"):
        registry_for(ServeOptions(TODAY, persons_file=file))
