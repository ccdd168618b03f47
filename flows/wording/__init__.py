"""The words that people read, in Danish and English. Everything else keeps codes.

A language's words stand in `<language>.toml` and, of a subject with many, in `<subject>.<language>.toml` beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("da", "en")


class Words(Mapping[str, Any]):
    """The words of one language: `words["section"]["code"]`. A code without a word is a defect (tests/flows)."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._tables = tables

    def __getitem__(self, section: str) -> Any:
        return self._tables[section]

    def __iter__(self) -> Any:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def say(self, section: str, code: str, **values: object) -> str:
        """The words for a code, with values put in; the code itself where there is no word."""
        return str(self._tables[section].get(code, code)).format(**values)


@cache
def words(language: str) -> Words:
    """The words of `da` or `en`."""
    tables: dict[str, Any] = {}
    for file in files(__package__).iterdir():
        if file.name == f"{language}.toml" or file.name.endswith(f".{language}.toml"):
            tables |= tomllib.loads(file.read_text(encoding="utf-8"))
    return Words(tables)
