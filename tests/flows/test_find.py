"""`patronsync find`: a CPR number goes in unseen, a patron number comes out, and nothing of the first is kept."""

from __future__ import annotations

import getpass
import io
import json
import logging
import os
import pty
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.fixtures.library import Library

NUMBER, FORMER, OTHER, GUARDIAN_S = "0101701234", "0202711234", "0303721234", "0404731234"


@pytest.fixture
def families(library: Library) -> Library:
    """A patron who has had another number, a child, and the child's guardian, who is no patron."""
    library.enrol("P1", NUMBER, name="Ane Prøve")
    library.enrol("P2", OTHER)
    library.connection.execute("INSERT INTO library.former_cpr_number VALUES (%s, 'P1', '2026-01-01')", [FORMER])
    library.connection.execute(
        "WITH one AS (INSERT INTO library.guardian (cpr_number) VALUES (%s) RETURNING guardian_id) "
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind) "
        "SELECT 'P2', guardian_id, 'registry', 'mother' FROM one",
        [GUARDIAN_S],
    )
    return library


def found(library: Library, monkeypatch: pytest.MonkeyPatch, typed: str, *options: str) -> tuple[int, str]:
    """Exit code and standard output, with a line on standard input; nothing that is printed or logged holds it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    code, out = library.command("find", *options)
    digits = "".join(filter(str.isalnum, typed))
    said = out + library.errors
    assert not digits or digits not in said
    assert len(digits) < 6 or digits[:6] not in said
    return code, out


@pytest.mark.parametrize("typed", [NUMBER, f"{NUMBER[:6]}-{NUMBER[6:]}\n", f"  {NUMBER}\r\nand more\n"])
def test_a_number_is_answered_with_the_patron_number(
    families: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, typed: str
) -> None:
    caplog.set_level(logging.DEBUG)
    before = families.contents()
    assert found(families, monkeypatch, typed) == (0, "Patron P1.\n")
    assert families.contents() == before, "nothing is kept of it, and it is no disclosure: no name was shown"
    assert NUMBER not in caplog.text and "Prøve" not in caplog.text


def test_a_number_that_the_registry_has_replaced_leads_to_who_had_it(
    families: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out = found(families, monkeypatch, FORMER, "--json")
    assert (code, json.loads(out)) == (0, {"patron_number": "P1", "former": True, "guardian_links": []})
    assert found(families, monkeypatch, FORMER) == (0, "Patron P1, who has another CPR number now.\n")
    families.connection.execute("UPDATE library.patron SET cpr_number = %s WHERE patron_number = 'P2'", [FORMER])
    assert json.loads(found(families, monkeypatch, FORMER, "--json")[1])["patron_number"] == "P2", "who has it now"


def test_of_a_guardian_who_is_no_patron_the_links_are_told(families: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    ((link,),) = families.rows("SELECT link_number FROM library.guardian_link")
    code, out = found(families, monkeypatch, GUARDIAN_S, "--json")
    assert (code, json.loads(out)) == (0, {"patron_number": None, "former": False, "guardian_links": [link]})
    assert (
        f"links: {link}. What is kept about them: patronsync guardian --link"
        in found(families, monkeypatch, GUARDIAN_S)[1]
    )
    families.connection.execute("UPDATE library.guardian SET patron_number = 'P1', cpr_number = %s", [NUMBER])
    assert json.loads(found(families, monkeypatch, NUMBER, "--json")[1])["guardian_links"] == []


def test_whom_nobody_has_is_told_with_what_to_do(families: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out = found(families, monkeypatch, "0505741234", "--json")
    assert (code, json.loads(out)["exit_code"]) == (1, 1)
    assert "Nobody in the library has this CPR number" in families.errors


@pytest.mark.parametrize("typed", ["", "\n", "P1", "010170123", "0101701234 0202711234", "ab0101701234"])
def test_what_is_no_cpr_number_is_refused_before_anything_is_asked(
    library: Library, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr("db.patrons.store.find_by_number", None)
    assert found(library, monkeypatch, typed) == (2, "")
    assert "This is no CPR number" in library.errors


def test_it_is_not_read_where_it_would_be_shown(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def shows(prompt: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
        return NUMBER

    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("getpass.getpass", shows)
    assert library.command("find") == (2, "")
    assert "cannot hide what is typed" in library.errors


def test_a_terminal_does_not_show_what_is_typed(families: Library, tmp_path: Path) -> None:
    ours, its = pty.openpty()
    become = "import os; os.close(os.open(os.ttyname(0), os.O_RDWR)); from flows.cli import main; main()"
    environ = {
        **os.environ,
        "PATRONSYNC_DATA_DIR": str(tmp_path),
        "PATRONSYNC_DATABASE_URL": families.database_url,
        "PATRONSYNC_REGISTRY_URL": families.registry.url,
    }
    command = [sys.executable, "-c", become, "find"]
    with subprocess.Popen(command, env=environ, stdin=its, stdout=its, stderr=its, start_new_session=True) as process:
        os.close(its)
        shown = b""
        while b"not shown" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, f"{NUMBER}\n".encode())
        while b"Patron P1" not in shown:
            shown += os.read(ours, 1000)
        assert process.wait(30) == 0
    os.close(ours)
    assert NUMBER.encode() not in shown
