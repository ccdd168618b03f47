"""An ordinary answer's head is read at once; every head is read as the standard library reads it."""

from __future__ import annotations

import http.client
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpr_client.plain_reply import PlainReply

READ = ("version", "status", "reason", "chunked", "length", "will_close")

ORDINARY = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: 4\r\n\r\n<a/>",
    b"HTTP/1.1 200 \r\ncontent-length:4\r\n\r\n<a/>",
    b"HTTP/1.1 500 Internal Server Error\r\nDate: Tue, 24 Nov 2026 09:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 503 Slow down\r\nRetry-After: 120\r\nContent-Length: 4\r\nX-Y:z: z\r\n\r\n<a/>",
]

OTHERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: b\r\nX-A: c\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Folded: a\r\n b\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Letters: \xe6\xf8\xe5\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nno colon\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\n<a/>",
    b"HTTP/1.1 200 OK\nContent-Length: 4\n\n<a/>",
    b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\n<a/>",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Cut: o",
    b"HTTP/1.1 200 OK\r\n\r\n<a/>",
    b"HTTP/1.1 2000 OK\r\nContent-Length: 4\r\n\r\n<a/>",
    b"SMTP 200 OK\r\nContent-Length: 4\r\n\r\n<a/>",
    b"",
]


class Socket:
    """What a response needs of a socket: the bytes that came, `at_once` of them at a time."""

    def __init__(self, came: bytes, at_once: int) -> None:
        self._came = came
        self._at_once = at_once

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_InPieces(self._came, self._at_once))


class _InPieces(io.RawIOBase):
    def __init__(self, came: bytes, at_once: int) -> None:
        self._came = came
        self._at_once = at_once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece, self._came = self._came[: self._at_once], self._came[self._at_once :]
        buffer[: len(piece)] = piece
        return len(piece)


def read(kind: type[http.client.HTTPResponse], came: bytes, at_once: int = 8192) -> Any:
    """All that a response knows, its body too; or the error that it raises."""
    response = kind(Socket(came, at_once), method="POST")  # type: ignore[arg-type]
    try:
        response.begin()
        headers = [(name.lower(), value) for name, value in response.headers.items()]
        return [getattr(response, name) for name in READ], headers, response.read()
    except http.client.HTTPException as error:
        return repr(error)


@pytest.mark.parametrize("came", ORDINARY)
def test_an_ordinary_head_is_read_at_once(came, monkeypatch):
    expected = read(http.client.HTTPResponse, came)
    monkeypatch.setattr(http.client, "parse_headers", None)
    assert read(PlainReply, came) == expected


@pytest.mark.parametrize("came", ORDINARY + OTHERS)
@pytest.mark.parametrize("at_once", [8192, 30, 1])
def test_any_head_is_read_as_the_standard_library_reads_it(came, at_once):
    assert read(PlainReply, came, at_once) == read(http.client.HTTPResponse, came, at_once)


NAMES = st.sampled_from(
    ["Content-Length", "content-length", "Content-Type", "Connection", "Transfer-Encoding", "X", ""]
)
VALUES = st.sampled_from(
    ["4", "0", " 4", "4 ", "4\t", "close", "keep-alive", "chunked", "", "a/b", "a: b", "æ", "\x01"]
)
ENDS = st.sampled_from(["\r\n", "\n"])


@given(
    st.sampled_from(["HTTP/1.1 200 OK", "HTTP/1.1 500 ", "HTTP/1.1 404", "HTTP/1.0 200 OK", "HTTP/1.1  200 OK"]),
    st.lists(st.tuples(NAMES, VALUES, ENDS), max_size=4),
)
def test_heads_of_all_sorts_are_read_as_the_standard_library_reads_them(status, headers):
    lines = "".join(f"{name}: {value}{end}" for name, value, end in headers)
    came = f"{status}\r\n{lines}\r\n<a/>".encode("latin-1")
    assert read(PlainReply, came) == read(http.client.HTTPResponse, came)
