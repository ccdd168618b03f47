"""HTTP/1.1 as the demo registry needs it: keep-alive, one request after the other, and ways to break it.

Small and fast rather than complete: bodies come with Content-Length, nothing is compressed. It is only
ever reached over the loopback interface.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal, NamedTuple, cast

XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_LONGEST_HEAD = 16_384
_LONGEST_BODY = 8_000_000
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_RESET = struct.pack("ii", 1, 0)

_log = logging.getLogger(__name__)

Ending = Literal["whole", "break off", "truncate", "reset"]


class Request(NamedTuple):
    """One request: header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Reply:
    """One answer: after `delay` seconds, and how the connection ends in its course."""

    status: int
    body: bytes
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    ending: Ending = "whole"


class _BadRequest(Exception):
    """The request can't be read; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(_REASONS[status])
        self.status = status


class Wire:
    """What the connections of one server share. `most_at_once` is how many requests were in hand together."""

    def __init__(self, handle: Callable[[Request], Reply]) -> None:
        self.handle = handle
        self.connections: set[Connection] = set()
        self.at_once = 0
        self.most_at_once = 0

    def connection(self) -> Connection:
        """A new connection: the protocol factory of asyncio."""
        return Connection(self)

    def abort(self) -> None:
        """Ends all connections at once."""
        for connection in list(self.connections):
            connection.abort()


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._later: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: somebody connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._wire.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._wire.connections.discard(self)
        if self._later is not None:
            self._later.cancel()
            self._done()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have come."""
        self._buffer += data
        self._serve()

    def abort(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _serve(self) -> None:
        while self._buffer and self._later is None and self._transport is not None and not self._transport.is_closing():
            try:
                request = self._next_request()
            except _BadRequest as error:
                self._send(Reply(error.status, b""), keep=False)
                return
            if request is None:
                return
            self._wire.at_once += 1
            self._wire.most_at_once = max(self._wire.most_at_once, self._wire.at_once)
            keep = request.headers.get("connection", "").lower() != "close"
            reply = self._reply(request)
            if reply.delay > 0:
                self._later = asyncio.get_running_loop().call_later(reply.delay, self._send_late, reply, keep)
            else:
                self._send(reply, keep)
                self._done()

    def _reply(self, request: Request) -> Reply:
        try:
            return self._wire.handle(request)
        except Exception as error:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else "?"
            _log.error("the demo registry failed: %s at %s", type(error).__name__, where)
            return Reply(500, b"the demo registry failed\n")

    def _send_late(self, reply: Reply, keep: bool) -> None:
        self._later = None
        self._done()
        self._send(reply, keep)
        self._serve()

    def _done(self) -> None:
        self._wire.at_once -= 1

    def _next_request(self) -> Request | None:
        """The next whole request in the buffer, or None where bytes are still to come."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                raise _BadRequest(431)
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        try:
            method, target, protocol = lines[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
        except ValueError:
            raise _BadRequest(400) from None
        if "transfer-encoding" in headers:
            raise _BadRequest(411)
        if length > _LONGEST_BODY or length < 0:
            raise _BadRequest(413)
        if len(self._buffer) < end + 4 + length:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        if protocol != "HTTP/1.1":
            headers["connection"] = "close"
        path, _, query = target.partition("?")
        return Request(method, path, query, headers, body)

    def _send(self, reply: Reply, keep: bool) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if reply.ending == "break off":
            transport.close()
            return
        head = [
            f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {len(reply.body)}",
            *(f"{name}: {value}" for name, value in reply.headers),
        ]
        if not keep:
            head.append("Connection: close")
        message = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + reply.body
        if reply.ending == "whole":
            transport.write(message)
            if not keep:
                transport.close()
            return
        transport.write(message[: len(message) - max(1, len(reply.body) // 2)])
        if reply.ending == "reset":
            raw = transport.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        else:
            transport.close()
