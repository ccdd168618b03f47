"""The command line: quick to answer, plain about what is wrong, and never a traceback or a number that is nobody's."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import pytest
import typer

from cpr_client.errors import RegistryUnavailable
from db import embedded
from db.errors import DatabaseUnavailable
from flows import cli
from flows.cli import exits, run
from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError, UserError

HEAVY = ("prefect", "psycopg", "sqlalchemy", "alembic", "zeep", "faker", "pydantic_settings")


@pytest.fixture(autouse=True)
def environment_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of whoever runs the tests; logs as they were."""
    for name in os.environ:
        if name.startswith(("PATRONSYNC_", "PREFECT_API")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATRONSYNC_DATA_DIR", str(tmp_path / "data"))
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[..., None]], None]]:
    """Adds a command `try-it` to the command line."""

    def add(function: Callable[..., None]) -> None:
        monkeypatch.setattr(cli, "COMMANDS", [*cli.COMMANDS, ("try-it", function)])
        cli.command_line.cache_clear()

    yield add
    cli.command_line.cache_clear()


def raising(error: BaseException) -> Callable[..., None]:
    """A command that ends so."""

    def try_it(as_json: Json = False) -> None:
        raise error

    return try_it


def test_the_light_commands_import_nothing_heavy():
    code = f"import sys, flows.cli; print([name for name in {HEAVY} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_the_version_is_the_package_s(capsys):
    assert run(["--version"]) == exits.DONE
    assert capsys.readouterr().out.startswith("patronsync 0.")


def test_every_command_has_help(capsys):
    lines = [[name] for name, _ in [*cli.COMMANDS, *cli.GROUPS]]
    for name, group in cli.GROUPS:
        for made in group.registered_commands:
            assert made.callback is not None
            lines.append([name, made.name or made.callback.__name__.replace("_", "-")])
    for line in lines:
        assert run([*line, "--help"]) == exits.DONE
        shown = capsys.readouterr().out
        assert f"Usage: patronsync {' '.join(line)}" in " ".join(shown.split())
    for function in dict(cli.COMMANDS).values():
        assert function.__doc__, function


@pytest.mark.parametrize(
    "line", [["nonsense"], ["check", "--nonsense"], ["database", "nonsense"], ["refresh", "--limit", "x"]]
)
def test_wrong_usage_is_exit_code_2(capsys, line):
    assert run(line) == exits.USAGE
    assert "Usage" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["120390-1234", "1203901234"])
def test_a_cpr_number_that_was_typed_is_not_repeated(capsys, number):
    assert run(["check", number]) == exits.USAGE
    assert number not in capsys.readouterr().err
    assert run(["refresh", "--limit", number, "--scope", number]) == exits.USAGE
    assert number not in capsys.readouterr().err


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "24.11.2026"])
def test_a_day_is_written_year_first(capsys, command, day):
    def try_it(today: Today = None) -> None:
        print(today)

    command(try_it)
    assert run(["try-it", "--today", day]) == exits.USAGE
    assert "YYYY-MM-DD" in capsys.readouterr().err
    assert run(["try-it", "--today", "2026-11-24"]) == exits.DONE
    assert capsys.readouterr().out == "2026-11-24\n"


@pytest.mark.parametrize(
    ("error", "code", "message", "remedy"),
    [
        (UserError("line 7: no name", "Write it."), exits.FAILED, "line 7: no name", "Write it."),
        (UsageError("--scope is wrong"), exits.USAGE, "--scope is wrong", ""),
        (DatabaseUnavailable("no answer", "Is it on?"), exits.FAILED, "No answer", "Is it on?"),
        (RegistryUnavailable("no way"), exits.FAILED, "No way", "`patronsync check` tries the registry"),
    ],
)
def test_an_error_is_told_with_what_to_do_and_no_traceback(capsys, command, error, code, message, remedy):
    command(raising(error))
    assert run(["try-it"]) == code
    told = capsys.readouterr()
    assert told.err.startswith(message) and remedy in told.err and "Traceback" not in told.err
    assert told.out == ""


def test_with_json_an_error_is_the_one_object_on_standard_output(capsys, command):
    command(raising(UsageError("--scope is wrong", "Write due.")))
    assert run(["try-it", "--json"]) == exits.USAGE
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": "--scope is wrong", "remedy": "Write due.", "exit_code": 2}
    assert "--scope is wrong" in told.err


def test_an_error_that_nobody_foresaw_is_told_without_data(capsys, command):
    def try_it() -> None:
        patron = {"name": "Hansen", "cpr_number": "1203901234"}
        raise KeyError(str(patron))

    command(try_it)
    assert run(["try-it"]) == exits.FAILED
    told = capsys.readouterr()
    assert "KeyError in try_it" in told.err and "test_cli.py" in told.err
    assert "Hansen" not in told.err and "1203901234" not in told.err and told.out == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_command_in_good_order(capsys, command, number, code):
    left = []

    def try_it() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), number)  # an impatient second one
            left.append("in good order")

    command(try_it)
    handlers = [signal.getsignal(other) for other in (signal.SIGINT, signal.SIGTERM)]
    assert run(["try-it"]) == code
    assert left == ["in good order"]
    assert "Stopping what was started" in capsys.readouterr().err
    assert [signal.getsignal(other) for other in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_command_s_own_exit_code_counts(command):
    def try_it(code: Annotated[int, typer.Argument()]) -> None:
        raise typer.Exit(code)

    command(try_it)
    assert run(["try-it", "3"]) == exits.WAITS


def test_a_wrong_setting_is_exit_code_2(capsys, monkeypatch):
    monkeypatch.setenv("PATRONSYNC_BACH_SIZE", "7")
    assert run(["database", "url"]) == exits.USAGE
    assert "is PATRONSYNC_BATCH_SIZE meant?" in capsys.readouterr().err


def test_with_json_words_for_people_go_to_standard_error(capsys):
    output = Output(as_json=True)
    output.say("on we go")
    output.table(["what", "count"], [("address", 3)])
    with output.progress("patrons") as progress:
        progress.total(2)
        progress.at(2, "1 change")
    output.result({"done": True})
    told = capsys.readouterr()
    assert json.loads(told.out) == {"done": True}
    assert "on we go" in told.err and "patrons: 2 of 2, 1 change" in told.err


def test_without_a_terminal_progress_is_not_said_twice_where_nothing_has_moved(capsys):
    with Output().progress("rows") as progress:
        for total, done in ((0, 0), (0, 0), (2, 2), (2, 2)):
            progress.total(total)
            progress.at(done)
    assert capsys.readouterr().out.splitlines() == ["rows: 0 to do", "rows: 0 of 0", "rows: 2 of 2"]


def test_without_a_terminal_a_table_is_plain_and_whole(capsys):
    long = "x" * 120
    Output().table(["what", "count"], [(long, 3), ("[bold]:smile:", 12)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"{long}      3" and lines[2].split() == ["[bold]:smile:", "12"]


def test_the_database_can_be_kept_running_and_stopped(capsys, tmp_path):
    data_dir = tmp_path / "data"
    try:
        assert run(["database", "url"]) == exits.FAILED
        assert "database start" in capsys.readouterr().err
        assert run(["database", "start"]) == exits.DONE
        assert str(embedded.url(data_dir)).split("@")[1].split("/")[0] in capsys.readouterr().out
        assert run(["database", "url"]) == exits.DONE
        address = capsys.readouterr().out.strip()
        password = (data_dir / "postgresql" / "passfile").read_text().strip().rpartition(":")[2]
        assert "passfile=" in address and password not in address
        assert run(["database", "migrate"]) == exits.DONE
        assert "the newest" in capsys.readouterr().out
        assert run(["database", "stop"]) == exits.DONE
        assert "has stopped" in capsys.readouterr().out
        assert embedded.url(data_dir) is None
        assert run(["database", "stop"]) == exits.DONE
        assert "was not running" in capsys.readouterr().out
    finally:
        embedded.remove(data_dir)


def test_psql_is_opened_on_the_database_in_use(capfd, monkeypatch, database_url):
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", database_url)
    monkeypatch.setenv("PATRONSYNC_REGISTRY_URL", "http://127.0.0.1:1/")
    assert run(["database", "psql", "-A", "-t", "-c", "SELECT 1 + 1"]) == exits.DONE
    assert capfd.readouterr().out == "2\n"
    assert run(["database", "psql", "-c", "SELECT nonsense"]) == 1


def test_a_password_in_the_url_is_not_handed_to_psql_where_others_see_it(capsys, monkeypatch):
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", "postgresql://worker:s%40cret@127.0.0.1:5433/library?sslmode=prefer")
    monkeypatch.setenv("PATRONSYNC_REGISTRY_URL", "http://127.0.0.1:1/")
    assert run(["database", "url"]) == exits.DONE
    assert capsys.readouterr().out == "postgresql://worker@127.0.0.1:5433/library?sslmode=prefer\n"


@pytest.mark.parametrize("word", ["start", "stop"])
def test_a_server_of_one_s_own_is_not_started_or_stopped(capsys, monkeypatch, word):
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", "postgresql://worker@127.0.0.1/library")
    monkeypatch.setenv("PATRONSYNC_REGISTRY_URL", "http://127.0.0.1:1/")
    assert run(["database", word]) == exits.USAGE
    assert "a server of your own" in capsys.readouterr().err


def test_a_database_of_one_s_own_is_migrated_by_its_command_alone(capsys, monkeypatch, empty_database_url):
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PATRONSYNC_REGISTRY_URL", "http://127.0.0.1:1/")
    assert run(["database", "psql", "-c", "SELECT 1"]) == exits.FAILED
    assert "patronsync database migrate" in capsys.readouterr().err
    assert run(["database", "migrate"]) == exits.DONE
    assert "Applied 0001" in capsys.readouterr().out
    assert run(["database", "psql", "-c", "SELECT 1"]) == exits.DONE


def test_the_demo_registry_runs_alone_until_ctrl_c():
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", "demo-registry", "--people", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Ctrl-C"):
            break
    assert "Endpoint   http://127.0.0.1:" in said
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


def test_the_demo_registry_writes_an_extract_that_fits_its_people(capsys, tmp_path):
    extract = tmp_path / "made_up.csv"
    assert run(["demo-registry", "--extract", str(extract), "--patrons", "300", "--today", "2026-05-04"]) == exits.DONE
    assert len(extract.read_text(encoding="utf-8").splitlines()) == 301
    assert f"patronsync import patrons {extract}" in capsys.readouterr().out


def test_a_persons_file_that_cannot_be_read_is_told(capsys, tmp_path):
    persons = tmp_path / "persons.jsonl"
    persons.write_text('{"cpr_number": "120390-1234", "status": "many"}\n')
    assert run(["demo-registry", "--persons", str(persons)]) == exits.FAILED
    told = capsys.readouterr().err
    assert "persons.jsonl" in told and "1234" not in told and "Traceback" not in told


def test_without_a_terminal_the_pace_of_a_step_is_its_own(capsys, monkeypatch):
    clock = iter((0.0, 1.0, 3.0, 9.0))
    monkeypatch.setattr("flows.cli.output.time.monotonic", lambda: next(clock))
    with Output().progress("night") as progress:
        progress.total(10)
        progress.at(0)
        progress.at(10)
        progress.total(500)
        progress.at(500)
    said = capsys.readouterr().out.splitlines()
    assert said == ["night: 10 to do", "night: 10 of 10, 5/s", "night: 500 of 500"]
