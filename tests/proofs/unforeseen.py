"""Errors that nobody foresaw, each with somebody's number or name in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pydantic
import requests
import zeep.exceptions
from lxml import etree

from tests.fixtures.recognizable import NAME, NUMBER, STREET


class Panic(BaseException):
    """As libraries in Rust raise it: no `Exception`."""


def chained() -> None:
    try:
        raise KeyError(NUMBER)
    except KeyError as error:
        raise ValueError(f"{NAME}, {STREET}") from error


def _with_notes() -> None:
    error = RuntimeError(NAME)
    error.add_note(f"{NUMBER} {STREET}")
    raise error


def _validated() -> None:
    pydantic.TypeAdapter(int).validate_python(f"{NAME} {NUMBER}")


def _parsed() -> None:
    etree.fromstring(f"<a>{NAME} {NUMBER}</b>")


def _requested() -> None:
    requests.get(f"http://127.0.0.1:1/{NUMBER}/{NAME}", timeout=1)


def raising(error: BaseException) -> Callable[[], None]:
    def force() -> None:
        raise error

    return force


UNFORESEEN: dict[str, Callable[[], object]] = {
    "ours, chained": chained,
    "with notes": _with_notes,
    "a group": raising(ExceptionGroup(NAME, [ValueError(NUMBER)])),
    "pydantic's": _validated,
    "lxml's": _parsed,
    "requests'": _requested,
    "zeep's fault": raising(zeep.exceptions.Fault(f"{NAME} {NUMBER}", code=NUMBER, detail=etree.Element("x"))),
    "zeep's XML error": raising(zeep.exceptions.XMLParseError(f"{NAME} {NUMBER}")),
    "psycopg's": raising(psycopg.errors.UniqueViolation(f"Key (cpr_number)=({NUMBER}) {NAME}")),
    "a panic": raising(Panic(f"{NAME} {NUMBER}")),
    "the system's": raising(FileNotFoundError(2, NAME, f"/srv/{NUMBER}/{NAME}")),
    "encoding": Path(f"/{NAME}\ud800{NUMBER}").read_bytes,
}
