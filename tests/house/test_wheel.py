"""What is installed: the wheel holds the four packages, whole, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the wheel: install the project with [dev]")

from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import ROOMS, ROOT, named, under

DATA = {".sql", ".csv", ".toml", ".wsdl", ".xsd", ".j2", ".head"}
"""Endings of what is read at run time and is no module."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_it_holds_every_module(wheel):
    assert {named(path) for path in under(*ROOMS)} - wheel == set()


def test_it_holds_everything_that_is_read_at_run_time(wheel):
    data = {named(path) for suffix in DATA for path in under(*ROOMS, suffix=suffix)}
    assert data - wheel == set()
    assert "db/migrations/.head" in wheel
    assert "flows/prefect.yaml" in wheel


def test_it_holds_nothing_but_the_four_packages_and_what_is_said_about_them(wheel):
    tops = {name.partition("/")[0] for name in wheel}
    (about,) = {top for top in tops if top.endswith(".dist-info")}
    assert tops == {*ROOMS, about}
    assert f"{about}/licenses/LICENSE" in wheel


def test_no_private_file_gets_into_it(wheel):
    assert not [name for name in wheel if Path(name).name in {".env", "passfile", "password"} or name.endswith(".pem")]
