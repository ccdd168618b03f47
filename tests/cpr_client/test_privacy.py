"""Nothing of a question or an answer gets out of the client but through the record: every door is tried, at DEBUG."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Iterator
from datetime import date

import pytest
import responses

from cpr_client import CprNumber, RegistryConfig, RegistryError, open_client
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.server import DemoRegistry
from tests.cpr_client.samples import ANOTHER, NUMBER, answer, error, fault, person
from tests.cpr_client.servers import read_request, serving

SECRETS = [NUMBER.digits, ANOTHER.digits, NUMBER.digits[:6], "Bodil", "Hemmelig", "010203"]
NAME = "<navn><personadresseringsnavn>Bodil Hemmelig</personadresseringsnavn></navn>"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged anywhere, at DEBUG, with tracebacks."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    # Another test of this process may have silenced these, as the command line does: here they are to talk.
    loggers = [root, *(logging.getLogger(name) for name in ("urllib3", "requests", "zeep"))]
    levels = [logger.level for logger in loggers]
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def whole(problem: BaseException) -> str:
    """The error as a house would print it at its most talkative: chained, with the locals of every frame."""
    told = traceback.TracebackException.from_exception(problem, capture_locals=True)
    told.stack[:] = [frame for frame in told.stack if "/tests/" not in frame.filename]
    return "".join(told.format(chain=True)) + repr(problem) + repr(vars(problem)) + repr(problem.args)


def silent(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, person(NAME)),
        (200, person(NAME, status="")),
        (200, person(NAME, number=f"<personnummer>{ANOTHER.digits}</personnummer>")),
        (200, person(f"{NAME}<foedselsdato><dato>010203</dato></foedselsdato>")),
        (200, person("<navn>Bodil Hemmelig</navn>")),
        (200, answer(f"<persondata>Hemmelig {NUMBER.digits}</persondata>")),
        (200, person(NAME)[:-50]),
        (200, f"<a b={NUMBER.digits}>Bodil &Hemmelig;".encode()),
        (200, b"<!DOCTYPE Hemmelig><a/>"),
        (200, b"<?xml version='1.0' encoding='Hemmelig'?><a/>"),
        (200, b"Bodil Hemmelig"),
        (500, fault(f"PNR not found: {NUMBER.digits}")),
        (500, fault(f"Bodil {NUMBER.digits}", code=NUMBER.digits, errors=error(NUMBER.digits, "Hemmelig"))),
        (500, f"<html>{NUMBER.digits}</html>".encode()),
        (403, b"Bodil Hemmelig"),
        (404, b"Bodil Hemmelig"),
        (503, b"Bodil Hemmelig"),
        (204, b""),
    ],
)
def test_no_answer_gets_out(log, status, body):
    url = "http://127.0.0.1:9/registry"
    with responses.RequestsMock() as http, open_client(RegistryConfig(url=url, deadline=0.6)) as client:
        http.add("POST", url, status=status, body=body, content_type="text/xml")
        try:
            repr(client.lookup(NUMBER))
        except RegistryError as problem:
            silent(whole(problem))
        [answered] = client.lookup_many([("x", NUMBER)])
    silent(repr(answered) + str(answered))
    if answered.error is not None:
        assert answered.error.__traceback__ is None
        silent(whole(answered.error))
    silent(log.getvalue())


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        f"HTTP/1.1 {NUMBER.digits} Bodil\r\n\r\n".encode(),
        f"Bodil {NUMBER.digits}\r\n\r\n".encode(),
        f"HTTP/1.1 200 OK\r\nHemmelig {NUMBER.digits}\r\nX: y\r\n\r\nBodil".encode(),
        f"HTTP/1.1 200 OK\r\nContent-Length: {NUMBER.digits}\r\n\r\nBodil".encode(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nBodil\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBodil",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nBodil",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/Hemmelig\r\n\r\n",
    ],
)
def test_nothing_gets_out_where_the_line_is_broken(log, nonsense):
    def talk(connection):
        read_request(connection)
        connection.sendall(nonsense)

    with (
        serving(talk) as port,
        open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/", deadline=0.6)) as client,
        pytest.raises(RegistryError) as failed,
    ):
        client.lookup(NUMBER)
    silent(whole(failed.value))
    silent(log.getvalue())


def test_a_night_of_look_ups_leaves_no_number_in_the_log(log):
    with DemoRegistry(build_people(400, SEED, date(2026, 5, 4))) as demo:
        for kind in ("fault", "garbage", "wrong person", "truncate", "busy", "not found"):
            demo.fail(kind, share=0.05, times=10)
        numbers: list[CprNumber] = [someone.cpr_number for someone in demo.registry]
        with open_client(RegistryConfig(url=demo.url, version="5", concurrency=8, deadline=1)) as client:
            answers = list(client.lookup_many(enumerate(numbers)))
    logged, shown = log.getvalue(), repr(answers)
    assert len(logged) > 10_000
    # Half a number is looked for in the log alone: fractions of seconds are shown, where any six digits occur.
    assert [number for number in numbers if number.digits in logged + shown or number.digits[:6] in logged] == []


def test_the_caught_error_holds_no_frame_of_the_exchange(log):
    with responses.RequestsMock() as http, open_client(RegistryConfig(url="http://127.0.0.1:9/")) as client:
        http.add("POST", "http://127.0.0.1:9/", status=500, body=fault("no"))
        with pytest.raises(RegistryError) as failed:
            client.lookup(NUMBER)
    files = {frame.f_code.co_filename.rpartition("/")[2] for frame, _ in traceback.walk_tb(failed.value.__traceback__)}
    assert files == {"test_privacy.py", "lookup.py"}
