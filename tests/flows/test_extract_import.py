"""The flow `extract-import` and `patronsync import patrons`: a file on its way into the library."""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from db.connect import Connection, connect
from db.imports.kinds import LOADS
from db.imports.load import Terms
from flows.cli import run
from flows.errors import UserError
from flows.parameters import Encoding, ExtractKind
from flows.settings import Settings, use
from flows.steps.load_extract import Loaded, load_extract
from mappers.extracts import EXTRACTS

TERMS = Terms(1, date(2026, 3, 2), ["Barn"])
CPR_NUMBER = "0101901234"
FILE = f"""patron_number,cpr_number,name,birth_date
100,{CPR_NUMBER},Anna Jensen,1990-01-01
101,{CPR_NUMBER},Bo Hansen,1990-02-30
102,010190-1234,Carl Holm,1985-03-04
103,,Dora Lund,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "patrons.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def database(database_url: str):  # type: ignore[no-untyped-def]
    with connect(database_url, autocommit=True) as connection:
        yield connection


def load(database: Connection, path: Path, dry_run: bool = False, language: str = "en") -> Loaded:
    terms = Terms(TERMS.run_id, TERMS.today, TERMS.child_groups, dry_run=dry_run)
    return load_extract(database, ExtractKind.patrons, path, Encoding.utf_8, terms, language=language)


def count(database: Connection, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])


def test_what_is_right_is_loaded_and_what_is_wrong_is_listed_beside_the_file(database: Connection, file: Path) -> None:
    loaded = load(database, file)
    assert (loaded.counts.read, loaded.counts.added, loaded.counts.rejected) == (4, 2, 2)
    assert loaded.rejected_file == file.with_name("patrons.rejected.csv")
    assert loaded.rejected_file.read_text().splitlines()[1:] == [
        '3,101,birth_date,birth_date is not a date,"Write it as YYYY-MM-DD, for instance 2026-03-31."',
        '4,102,cpr_number,patron 100 holds this CPR number,"Find out whose it is. Are both one person, merge them in '
        'the library system; else correct the number."',
    ]


def test_a_clean_load_takes_the_old_list_away(database: Connection, file: Path) -> None:
    rejected = load(database, file).rejected_file
    assert rejected is not None
    file.write_text("patron_number\n100\n")
    assert load(database, file).rejected_file is None
    assert not rejected.exists()


def test_a_dry_run_lists_the_rejects_and_loads_nothing(database: Connection, file: Path) -> None:
    dry = load(database, file, dry_run=True)
    assert dry.rejected_file is not None
    assert dry.rejected_file.exists()
    assert count(database, "library.patron") == 0
    assert load(database, file) == dry


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("patron_number,mobil\n100,1\n", "mobil is no column of this kind of file. Is mobile meant?"),
        ("patron_number,x9999999\n100,1\n", "column 2 (its name is not repeated here) is no column"),
        ("name\nAnna\n", "the column patron_number is missing"),
        ("patron_number,name,name\n", "the column name is there twice"),
        ("patron_number,pin\n100,1234\n", "the column pin is there without card_number"),
        (f"100,{CPR_NUMBER},Anna\n", "the first line is no header line"),
        ("", "the file is empty"),
    ],
)
def test_a_file_whose_header_is_wrong_is_refused_with_what_to_do(
    database: Connection, file: Path, text: str, told: str
) -> None:
    file.write_text(text)
    with pytest.raises(UserError) as refused:
        load(database, file)
    assert told in refused.value.message
    assert refused.value.remedy
    assert CPR_NUMBER not in str(refused.value)
    assert count(database, "library.patron") == 0


def test_a_file_in_another_encoding_is_refused_whole_and_the_old_list_stays(database: Connection, file: Path) -> None:
    old = file.with_name("patrons.rejected.csv")
    old.write_text("old")
    file.write_bytes(b"patron_number,name\n100,Anna\n101,\xc5se\n")
    with pytest.raises(UserError, match=r"line 3 .*\n.*--encoding latin-1"):
        load(database, file)
    assert count(database, "library.patron") == 0
    assert old.read_text() == "old"


def test_a_database_that_goes_away_leaves_nothing_behind(database: Connection, file: Path, database_url: str) -> None:
    seen: list[int] = []

    def cut(done: int, size: int, lines: int) -> None:
        seen.append(lines)
        with connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [database.info.backend_pid])

    with pytest.raises(Exception, match="database"):
        load_extract(database, ExtractKind.patrons, file, Encoding.utf_8, TERMS, progress=cut)
    assert seen == [4]
    assert [path.name for path in file.parent.iterdir()] == ["patrons.csv"]
    with connect(database_url, autocommit=True) as after:
        assert count(after, "library.patron") == 0
        assert load(after, file).counts.added == 2


def test_memory_stays_flat_whatever_the_length_of_the_file(database: Connection, file: Path) -> None:
    def peak(lines: int) -> int:
        with file.open("w") as out:
            out.write("patron_number,name,email\n")
            out.writelines(f"{number},Anna Jensen {number},p{number}@example.org\n" for number in range(lines))
        tracemalloc.start()
        load(database, file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(36_000) < 1.2 * peak(12_000)


def test_the_command_offers_the_kinds_that_there_are() -> None:
    assert set(ExtractKind) == set(EXTRACTS) == set(LOADS)


@pytest.fixture
def patronsync(
    database_url: str, prefect_api: object, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in this process: exit code, standard output, standard error."""
    settings = Settings(database_url=SecretStr(database_url), registry_url="http://127.0.0.1:9/")
    settings._prefect["PREFECT_API_URL"] = "the one that is set"

    def patronsync(*arguments: str) -> tuple[int, str, str]:
        before = use(settings)
        try:
            capfd.readouterr()
            code = run(list(arguments))
        finally:
            use(before)
        said = capfd.readouterr()
        return code, said.out, said.err

    return patronsync


@pytest.fixture
def command(patronsync: Callable[..., tuple[int, str, str]]) -> Callable[..., tuple[int, str, str]]:
    """Runs `patronsync import` as `patronsync` does."""
    return lambda *arguments: patronsync("import", *arguments)


def test_the_command_prints_counts_and_ends_with_1_where_a_line_was_rejected(
    command: Callable[..., tuple[int, str, str]], file: Path, database: Connection
) -> None:
    code, out, _ = command("patrons", str(file), "--json")
    report = json.loads(out)
    assert code == 1
    seconds = report.pop("seconds")
    assert 0 <= seconds < 60
    assert report == {
        "run": 1,
        "flow": "extract-import",
        "kind": "patrons",
        "today": report["today"],
        "dry_run": False,
        "state": "incomplete",
        "rows": {"read": 4, "added": 2, "changed": 0, "unchanged": 0, "rejected": 2},
        "changes": {"patron.added": 2},
        "rejects": {"not a date": 1, "CPR number held": 1},
        "rejected_file": str(file.with_name("patrons.rejected.csv")),
        "register": {"gone": 0, "held": 0, "back": 0},
        "remarks": {},
        "message": report["message"],
    }
    assert "2 of 4 lines were rejected" in report["message"]
    run_record = database.execute("SELECT flow, state, counts, outcomes, changes FROM sync.run").fetchone()
    assert run_record == ("extract-import", "incomplete", report["rows"], report["rejects"], report["changes"])


def test_the_command_ends_with_0_where_all_was_loaded_and_says_what_was_done(
    command: Callable[..., tuple[int, str, str]], file: Path
) -> None:
    file.write_text("patron_number,name\n100,Anna\n")
    code, out, _ = command("patrons", str(file))
    assert code == 0
    assert "read 1, added 1, changed 0, unchanged 0, rejected 0" in out
    code, out, _ = command("patrons", str(file), "--dry-run")
    assert code == 0
    assert "dry run, nothing was changed" in out
    assert "read 1, added 0, changed 0, unchanged 1, rejected 0" in out


def test_too_many_patrons_who_are_not_in_a_whole_register_wait_for_a_word(
    patronsync: Callable[..., tuple[int, str, str]], file: Path, database: Connection
) -> None:
    """What stands on in the file is loaded meanwhile; the word covers as many as were asked about."""
    file.write_text("patron_number\n" + "".join(f"{number}\n" for number in range(100, 170)))
    complete = ("import", "patrons", str(file), "--complete")
    assert patronsync(*complete)[0] == 0
    file.write_text("patron_number,name\n" + "".join(f"{number},Anna\n" for number in range(100, 110)))
    code, out, _ = patronsync(*complete, "--json", "--dry-run")
    assert (code, json.loads(out)["register"]) == (1, {"gone": 0, "held": 60, "back": 0})
    code, out, err = patronsync(*complete, "--json")
    report = json.loads(out)
    assert (code, report["state"], report["rows"]["changed"], report["register"]["held"]) == (3, "waiting", 10, 60)
    run_id = str(report["run"])
    assert "60 of 70 patrons (85.71 %; the limit is 2.0 %)" in patronsync("approvals")[1]
    code, _, err = patronsync(*complete)
    assert code == 3 and f"patronsync approvals answer {run_id} apply|skip|abort" in err
    code, out, _ = patronsync("approvals", "answer", run_id, "apply")
    assert code == 0 and "patronsync import patrons FILE.csv --complete" in out
    code, out, _ = patronsync(*complete, "--json")
    report = json.loads(out)
    assert (code, report["run"], report["register"]) == (0, int(run_id), {"gone": 60, "held": 0, "back": 0})
    assert count(database, "library.patron WHERE gone_on IS NULL") == 10
    assert patronsync("import", "guardians", str(file), "--complete")[0] == 2


GUARDIANS = f"""patron_number;guardian_cpr_number;guardian_name;mobile;signed_on
100;150280-9001;Åse Fabelsen;20304050;2026-02-01
100;{CPR_NUMBER};Anna Jensen;;2026-02-02
150280-9001;1502809001;Åse Fabelsen;;2026-02-01
999;150280-9001;Åse Fabelsen;;2026-02-30
"""


def test_a_file_of_guardians_takes_the_same_road_and_shows_no_number_where_lines_are_rejected(
    command: Callable[..., tuple[int, str, str]],
    file: Path,
    database: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    database.execute(
        "INSERT INTO library.patron (patron_number, cpr_number, birth_date) VALUES ('100', %s, '2015-01-02')",
        [CPR_NUMBER],
    )
    guardians = file.with_name("guardians.csv")
    guardians.write_bytes(GUARDIANS.encode("latin-1"))
    code, out, err = command("guardians", str(guardians), "--encoding", "latin-1", "--json")
    report = json.loads(out)
    assert (code, report["flow"], report["kind"]) == (1, "extract-import", "guardians")
    assert report["rows"] == {"read": 4, "added": 1, "changed": 0, "unchanged": 0, "rejected": 3}
    assert report["changes"] == {"guardian.linked": 1}
    listed = Path(report["rejected_file"]).read_text(encoding="utf-8")
    assert [line.split(",")[:3] for line in listed.splitlines()[1:]] == [
        ["3", "100", "guardian_cpr_number"],
        ["4", "", "patron_number"],
        ["5", "999", "signed_on"],
    ]
    for personal in (CPR_NUMBER, "1502809001", "150280-9001", "Fabelsen", "20304050"):
        assert personal not in listed + out + err + caplog.text
    assert database.execute("SELECT name, mobile FROM library.guardian").fetchall() == [("Åse Fabelsen", "20304050")]


def test_nothing_of_a_patron_is_printed_or_logged(
    command: Callable[..., tuple[int, str, str]], file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, out, err = command("patrons", str(file))
    for personal in (CPR_NUMBER, "010190-1234", "Anna", "Jensen", "1990"):
        assert personal not in out + err + caplog.text


def test_a_bad_header_ends_the_command_with_1_and_is_kept_in_the_runs_record(
    command: Callable[..., tuple[int, str, str]], file: Path, database: Connection
) -> None:
    file.write_text("patron_number,mobil\n")
    code, _, err = command("patrons", str(file))
    assert code == 1
    assert "mobil is no column" in err
    assert database.execute("SELECT state, message FROM sync.run").fetchall() == [
        ("failed", "broke off (UserError): nothing was loaded")
    ]


def test_a_kind_or_a_file_that_is_not_there_is_wrong_usage(
    command: Callable[..., tuple[int, str, str]], file: Path
) -> None:
    assert command("lones", str(file))[0] == 2
    assert command("patrons", str(file.with_name("other.csv")))[0] == 2
    assert command("patrons", str(file), "--encoding", "ebcdic")[0] == 2


def test_a_day_ahead_is_for_a_dry_run_alone(command: Callable[..., tuple[int, str, str]], file: Path) -> None:
    code, _, err = command("patrons", str(file), "--today", "2999-01-01")
    assert code == 2
    assert "--dry-run" in err
    assert command("patrons", str(file), "--today", "2999-01-01", "--dry-run")[0] == 1


def test_what_prefect_keeps_of_a_run_is_counts_and_the_files_name(
    command: Callable[..., tuple[int, str, str]], file: Path, prefect_api: object
) -> None:
    command("patrons", str(file))
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["extract-import"])), limit=200)
        newest = max(runs, key=lambda flow_run: flow_run.start_time)
        artifacts = client.read_artifacts()
    kept = newest.model_dump_json() + json.dumps([artifact.data for artifact in artifacts])
    assert newest.name == "import patrons, patrons.csv"
    assert newest.state_type is not None
    assert newest.state_type.value == "FAILED"
    assert "rejected" in kept
    for personal in (CPR_NUMBER, "010190-1234", "Anna", "Jensen"):
        assert personal not in kept


def test_a_relative_path_is_refused_by_the_flow(command: object, database_url: str) -> None:
    from flows.extract_import import extract_import

    before = use(Settings(database_url=SecretStr(database_url), registry_url="http://127.0.0.1:9/"))
    try:
        state = extract_import(ExtractKind.patrons, Path("patrons.csv"), return_state=True)
    finally:
        use(before)
    assert state.is_failed()
    assert state.message == "path=patrons.csv is no whole path.\nGive it from the root, as /srv/extracts/patrons.csv."
