"""Loads every file of tests/fixtures as a plugin: fixtures stand there by subject, none stands here."""

from __future__ import annotations

from pathlib import Path

pytest_plugins = [
    f"tests.fixtures.{file.stem}"
    for file in sorted(Path(__file__).with_name("fixtures").glob("*.py"))
    if file.stem != "__init__"
]
