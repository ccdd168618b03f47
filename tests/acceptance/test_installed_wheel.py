"""The installed wheel, from another folder, without the source beside it: a night, and the deployments."""

from __future__ import annotations

import ensurepip
import json
import os
import site
import subprocess
import venv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the wheel: install the project with [dev]")

from hatchling.builders.wheel import WheelBuilder

from db.embedded import remove
from flows.local.prefect_server import PrefectServer

ROOT = Path(__file__).parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def patronsync(tmp_path_factory: pytest.TempPathFactory, prefect_of_the_run: PrefectServer) -> Iterator[Command]:
    """Runs the installed command in a folder of its own. What it depends on is borrowed from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    home = folder / "venv"
    venv.create(home, symlinks=True)
    install = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", built]
    [pip] = Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl")  # runs as it is: none is installed first
    subprocess.run(install, check=True, capture_output=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(pip)})
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PATRONSYNC_", "PREFECT_", "PYTHON"))
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(home / "bin" / "patronsync"), *arguments],
            cwd=folder,
            env={**kept, **prefect_of_the_run.environment(), "PATRONSYNC_DATA_DIR": str(folder / "data")},
            capture_output=True,
            text=True,
            timeout=180,
        )

    found = subprocess.run(
        [home / "bin" / "python", "-c", "import db, flows; print(db.__file__, flows.__file__)"],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT / "db") not in found.stdout and str(home) in found.stdout  # the wheel's, not the source's
    yield run
    remove(folder / "data")


def test_a_night_runs_from_the_wheel_alone(patronsync: Command) -> None:
    assert patronsync("demo-registry", "--extract", "patrons.csv", "--patrons", "300").returncode == 0
    loaded = patronsync("import", "patrons", "patrons.csv", "--json")
    assert loaded.returncode == 0, loaded.stderr
    refreshed = patronsync("refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    report = json.loads(refreshed.stdout)
    assert report["state"] == "done"
    assert report["patrons"]["checked"] == report["patrons"]["due"] > 280
    assert patronsync("cases").returncode == 0


def test_it_deploys_from_the_wheel_alone(
    full_size_alone: None, patronsync: Command, deploying_alone: Callable[[], AbstractContextManager[None]]
) -> None:
    """That the wheel has its prefect.yaml, tests/house/test_wheel.py shows each time."""
    with deploying_alone():
        deployed = patronsync("deploy")
    assert deployed.returncode == 0, deployed.stderr
    assert "registry-refresh" in deployed.stdout
