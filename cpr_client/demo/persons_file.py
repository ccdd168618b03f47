"""Persons from a file, one JSON object a line, so that a user can play their own cases.

    {"cpr_number": "170591-9002", "status": 1, "name": {"addressing": "Anna Fabelsen"},
     "birth_date": "1991-05-17", "residence": {"municipality_code": 851, "road_code": 20, "house_number": "012A",
     "road_name": "Opdigtet Allé", "postal_code": "9000", "postal_district": "Aalborg"}}

(in the file on one line). `cpr_number` must be there; everything else may be left out and is then left
out of the answer, but for `status`, which is 1. The keys are the fields of `DemoPerson` and what stands in it
(`cpr_client/demo/facts.py`); dates are written YYYY-MM-DD. Blank lines are passed over. A file holds made-up
people: there is no reason to write a real one into it.

No error repeats a value of the file.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cpr_client.demo.facts import DemoPerson

_MOST_PROBLEMS_SHOWN = 10

_WHAT_TO_DO = {
    "missing": "is missing: write it",
    "extra_forbidden": "is no known key",
    "json_invalid": "is no JSON",
    "int_parsing": "is no number: write digits",
    "int_type": "is no number: write digits",
    "int_from_float": "is no whole number: write digits",
    "bool_parsing": "is neither true nor false: write one of them",
    "bool_type": "is neither true nor false: write one of them",
    "string_type": "is no text: put it in quotes",
    "string_pattern_mismatch": "does not have the form it must have: see the description of the format",
    "model_type": "is no object: write {...}",
    "model_attributes_type": "is no object: write {...}",
    "dict_type": "is no object: write {...}",
    "tuple_type": "is no list: write [...]",
    "too_long": "has too many entries: at most five",
}


class PersonsFileError(Exception):
    """A persons file can't be used. `message` names file, line and field; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}\n{remedy}")
        self.message = message
        self.remedy = remedy


def read_person(facts: dict[str, Any]) -> DemoPerson:
    """One person from the keys of the format. Raises `PersonsFileError`, which names the fields."""
    return _person(facts, "the person")


def read_persons(path: Path) -> list[DemoPerson]:
    """All persons of a file.

    Raises `PersonsFileError` for a file that can't be read, and for the first bad line; the message
    names file, line and each bad field.
    """
    persons: list[DemoPerson] = []
    lines: dict[str, int] = {}
    for line_number, text in _lines(path):
        where = f"{path}, line {line_number}"
        try:
            facts = json.loads(text)
        except json.JSONDecodeError as error:
            raise PersonsFileError(
                f"{where}: no JSON: {error.msg}, column {error.colno}", "Write one JSON object a line."
            ) from None
        except RecursionError:
            raise PersonsFileError(f"{where}: nested too deeply", "Write one plain JSON object a line.") from None
        if not isinstance(facts, dict):
            raise PersonsFileError(f"{where}: no JSON object", "Write one JSON object a line: {...}.")
        person = _person(facts, where)
        first = lines.setdefault(person.cpr_number.digits, line_number)
        if first != line_number:
            raise PersonsFileError(
                f"{where}: cpr_number: the same number as in line {first}", "Give each person a number of their own."
            )
        persons.append(person)
    return persons


def write_persons(path: Path, persons: Iterable[DemoPerson]) -> int:
    """Writes persons as `read_persons` reads them, readable by their owner alone; returns how many."""
    count = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for person in persons:
            file.write(json.dumps(to_keys(person), ensure_ascii=False) + "\n")
            count += 1
    return count


def to_keys(person: DemoPerson) -> dict[str, Any]:
    """A person as the keys of the format: those that say nothing are left out."""
    keys: dict[str, Any] = person.model_dump(mode="json", exclude_defaults=True)
    return {"cpr_number": person.cpr_number.digits, "status": person.status, **keys}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PersonsFileError(f"{path}: not UTF-8", "Save the file as UTF-8.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PersonsFileError(f"{path}: {reason}", "Name a file that is there and can be read.") from None
    for line_number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield line_number, line


def _person(facts: dict[str, Any], where: str) -> DemoPerson:
    try:
        return DemoPerson.model_validate(facts)
    except ValidationError as error:
        problems = [_problem(one["type"], one["loc"], one["msg"]) for one in error.errors(include_input=False)]
    more = len(problems) - _MOST_PROBLEMS_SHOWN
    shown = problems[:_MOST_PROBLEMS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
    raise PersonsFileError(f"{where}: " + "; ".join(shown), "The keys are those of cpr_client/demo/facts.py.")


def _problem(kind: str, place: tuple[int | str, ...], said: str) -> str:
    """One bad field: where it stands, and what to do; a value is never named, nor a key that looks like one."""
    field = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
    if kind == "extra_forbidden":
        if not str(place[-1]).isidentifier():
            return "a key is no known key"
        near = difflib.get_close_matches(str(place[-1]), _known_keys(), n=1)
        return f"{field} is no known key" + (f": did you mean {near[0]}?" if near else "")
    if kind == "value_error":
        return f"{field}: {said.removeprefix('Value error, ')}"
    if kind == "literal_error":
        return f"{field} is none of the values that may stand there: {said.removeprefix('Input should be ')}"
    if kind.startswith("date"):
        return f"{field} is no date: write YYYY-MM-DD in quotes"
    return f"{field} {_WHAT_TO_DO.get(kind, 'can not be read')}"


def _known_keys() -> list[str]:
    schema = DemoPerson.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})
