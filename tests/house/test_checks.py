"""What CI checks, pre-commit checks, by the same commands: nothing is red that was green when it was committed."""

from __future__ import annotations

import re

import yaml

from tests.house.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def checks() -> list[str]:
    """The commands of `make check`."""
    [recipe] = re.findall(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]


def test_pre_commit_runs_every_check_of_ci_by_the_same_command():
    entries = [hook["entry"] for repository in HOOKS for hook in repository["hooks"]]
    assert len(checks()) == 4 and set(checks()) <= set(entries)


def test_pre_commit_takes_nothing_from_elsewhere():
    assert {repository["repo"] for repository in HOOKS} == {"local"}
    for repository in HOOKS:
        for hook in repository["hooks"]:
            assert hook["entry"].startswith(".venv/bin/") and hook["language"] == "system", hook["id"]
            assert hook["pass_filenames"] is False, "the whole house is checked, as CI does"
            for path in re.findall(r"tests/[\w/]+\.py", hook["entry"]):
                assert (ROOT / path).is_file()


def test_ci_makes_the_checks():
    assert re.search(r"^test:.*\n\t.*\bcheck\b", MAKEFILE, re.MULTILINE)
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
