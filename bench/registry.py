"""A registry that costs next to nothing: prebuilt answers over an asyncio protocol, in a process of its own.

    with registry(latency=0.02) as url:     # http://127.0.0.1:PORT/; the night's number goes behind it
        ...

It looks for ten digits in the question and for nothing else. The demo registry, which holds each question against the
contract, would cost as much as the clients that are measured here.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.people import NIGHTS, answers, template_of

ROOT = Path(__file__).resolve().parents[1]

_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_NUMBER = re.compile(rb">([0-9]{10})<")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n"


@contextmanager
def registry(latency: float = 0.0) -> Iterator[str]:
    """Starts the registry and yields its address, to which the number of a night is added. `latency`: seconds."""
    command = [sys.executable, "-m", "bench.registry", "--latency", str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
        finally:
            process.stdin.close()  # its sign to end; it ends as well where this process is killed


class _Connection(asyncio.Protocol):
    """One keep-alive connection; questions come one after the other."""

    def __init__(self, latency: float, told: dict[bytes, list[tuple[bytes, bytes]]]) -> None:
        self._latency = latency
        self._told = told
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            assert length is not None
            whole = end + 4 + int(length[1])
            if len(self._buffer) < whole:
                return
            reply = self._reply(head.split(b" ", 2)[1], self._buffer[end:whole])
            self._buffer = self._buffer[whole:]
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, reply)
            else:
                self._transport.write(reply)

    def _reply(self, path: bytes, question: bytes) -> bytes:
        number = _NUMBER.search(question)
        assert number is not None
        before, after = self._told[path][template_of(number[1].decode())]
        return before + number[1] + after


def _prebuilt() -> dict[bytes, list[tuple[bytes, bytes]]]:
    """Path of a night -> each person's whole HTTP answer, cut where the number stands."""
    return {
        f"/{night}".encode(): [
            (_HEAD % (len(before) + 10 + len(after)) + before, after) for before, after in answers(night)
        ]
        for night in NIGHTS
    }


async def _serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    told = _prebuilt()
    server = await loop.create_server(lambda: _Connection(latency, told), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A registry of prebuilt answers; it ends with its standard input.")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(_serve(parser.parse_args().latency))
