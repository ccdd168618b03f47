"""A webhook's receiver for tests: an HTTP server that answers as it is told, and keeps what it got."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cpr_client.demo.certificates import ServerTls


@dataclass
class Post:
    """What was posted."""

    headers: dict[str, str]
    body: bytes

    @property
    def ids(self) -> list[str]:
        """The events' ids."""
        return [event["id"] for event in json.loads(self.body)]


@dataclass
class Receiver:
    """`answers`: statuses of the next answers, then 204. `refuses`: ids that it never takes. `delay`: seconds."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    delay: float = 0.0
    taken: list[str] = field(default_factory=list)

    def answer(self, post: Post) -> int:
        """The status that a post gets."""
        self.posts.append(post)
        time.sleep(self.delay)
        status = self.answers.pop(0) if self.answers else 422 if self.refuses & set(post.ids) else 204
        if status == 204:
            self.taken += post.ids
        return status


@contextmanager
def dripping(start: bytes) -> Iterator[str]:
    """A receiver that answers with `start`, and then a byte at a time without end; yields its address."""
    stopped = threading.Event()

    def drip() -> None:
        while not stopped.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.sendall(start)
                    while not stopped.wait(0.02):
                        connection.sendall(b"x")
                except OSError:
                    pass  # the other side has gone

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/patrons"
        finally:
            stopped.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def receiving(tls: ServerTls | None = None) -> Iterator[Receiver]:
    """Serves on the loopback interface while the block runs."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answer(Post(dict(self.headers.items()), body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *arguments: Any) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            context = tls.context()
            context.verify_mode = ssl.CERT_NONE
            server.socket = context.wrap_socket(server.socket, server_side=True)
        receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/patrons"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
