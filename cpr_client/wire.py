"""The connection itself: requests' adapter over one pool, proxies and trusted roots resolved once, bounded reading.

requests' session, which would resolve all of that anew for each request, is kept off the hot path.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import weakref
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from cpr_client.certificate import tls_context
from cpr_client.connection import RegistryConfig
from cpr_client.errors import MalformedAnswer, RegistryTimeout
from cpr_client.plain_reply import PlainReply
from cpr_client.watch import Watch

LARGEST_ANSWER = 1_000_000
"""Bytes. An answer has some thousand; a person with all thinkable history stays far below this."""

TOO_SLOW = "the answer came too slowly to be waited for"

_NOTHING_TO_ADD = {"Host": "", "Accept-Encoding": "", "Content-Length": "", "User-Agent": ""}
"""What urllib3 puts into a head by itself where it is not there."""


class Wire(HTTPAdapter):
    """Sends prepared requests to one address. `send` is requests' own; the pool, the TLS context and the
    proxy are settled here, so that `verify`, `cert` and `proxies` of a call have no say.

    Raises `CertificateProblem` where certificates can't be loaded.
    """

    def __init__(self, config: RegistryConfig) -> None:
        # urllib3 warns of headers that it can't read by quoting them, and whatever a broken answer put in their place.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
        proxy, roots = _environment(config)
        self._tls = tls_context(config, roots) if config.url.lower().startswith("https:") else None
        self.watch = Watch()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._stopped = False
        self._head: tuple[Any, bytes] = (None, b"")
        super().__init__(pool_connections=1, pool_maxsize=config.concurrency)
        self._proxied = proxy is not None
        manager = self.proxy_manager_for(proxy) if proxy else self.poolmanager
        self._pool: HTTPConnectionPool = manager.connection_from_url(config.url)
        self._pool.ConnectionCls = self._adapted(self._pool.ConnectionCls)
        self._path = requests.Request("POST", config.url).prepare().path_url

    def stop(self) -> None:
        """Ends what is under way in other threads: their sockets are shut down, new ones refused."""
        with self._lock:
            self._stopped = True
            self.watch.stop()
            under_way = list(self._sockets)
        for open_socket in under_way:
            try:
                # The plain socket's shutdown: the TLS layer must not be touched from another thread.
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
            except OSError:
                pass
        self._pool.close()
        self.close()

    def refusal(self, patience: float) -> ssl.SSLError | ConnectionResetError | None:
        """How the other side turns our certificate away: with an alert, or by hanging up; None where it does not.

        Under TLS 1.3 a server looks at it after the client's handshake is done. A client that has sent its
        request by then often sees a broken connection instead of the alert, so this one sends nothing and
        listens for at most `patience` seconds.
        """
        if self._tls is None or self._proxied:
            return None
        try:
            with (
                socket.create_connection((self._pool.host.strip("[]"), self._pool.port or 443), patience) as plain,
                self._tls.wrap_socket(plain, server_hostname=self._pool.host.strip("[]")) as listening,
            ):
                listening.settimeout(patience)
                return None if listening.recv(1) else ConnectionResetError()
        except (ssl.SSLError, ConnectionResetError) as refusal:
            return refusal
        except OSError:
            return None

    def _adapted(self, connection: Any) -> Any:
        """The pool's connection class, made to tell its sockets to `stop`, and to send a request in one piece."""
        wire = self

        class Adapted(connection):  # type: ignore[misc]
            response_class = PlainReply
            question: Any = None
            written: bytes | None = None
            head = b""

            def connect(self) -> None:
                super().connect()
                wire._remember(self)

            def request(self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> None:
                # All questions have one head: what was written for the first is sent with the others.
                self.question = (method, url, headers)
                asked_before, head = wire._head
                self.written, self.head = head if asked_before == self.question else None, b""
                super().request(method, url, body, headers if self.written is None else _NOTHING_TO_ADD, **options)

            def putheader(self, header: str, *values: str) -> None:
                if self.written is None:
                    super().putheader(header, *values)

            def send(self, data: bytes) -> None:
                # urllib3 sends head and body apart: two system calls, and under TLS two records, for one request.
                if data.startswith(b"POST "):
                    if self.written is None:
                        wire._head = (self.question, data)
                    self.head = self.written or data
                else:
                    whole, self.head = self.head + data, b""
                    wire.watch.uses(self.sock)
                    super().send(whole)

        return Adapted

    def _remember(self, connection: HTTPConnection) -> None:
        with self._lock:
            if self._stopped:
                connection.close()
                raise ConnectionAbortedError("the client is closed")
            if connection.sock is not None:
                self._sockets.add(connection.sock)
                self.watch.uses(connection.sock)

    # What requests would work out anew for each request.

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._tls, **kwargs)

    def get_connection_with_tls_context(self, *_: object, **__: object) -> HTTPConnectionPool:
        return self._pool

    def cert_verify(self, *_: object, **__: object) -> None:
        return None

    def request_url(self, *_: object, **__: object) -> str:
        return self._path

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Without cookies, encoding and history, which take longer than the rest of it."""
        return _Response(req, resp)


class _Response(requests.Response):
    """Status, headers and the raw bytes: all that is read of an answer."""

    def __init__(self, request: requests.PreparedRequest, raw: Any) -> None:
        self.request = request
        self.status_code = raw.status
        self.headers = raw.headers
        self.raw = raw
        self._content_consumed = False


def _environment(config: RegistryConfig) -> tuple[str | None, str]:
    """The proxy to use, if any, and the trusted roots, as requests finds them in the environment.

    The loopback interface is never reached through a proxy: nothing unencrypted leaves the machine.
    """
    with requests.Session() as session:
        found = session.merge_environment_settings(config.url, {}, None, None, None)
    proxy = None if config.on_loopback else select_proxy(config.url, found["proxies"])
    if config.ca:
        return proxy, str(config.ca)
    verify = found["verify"]
    return proxy, verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH


def read_body(response: requests.Response, ends_at: float) -> bytes:
    """The answer's bytes, at most `LARGEST_ANSWER` of them, until `ends_at` (`time.monotonic`).

    Raises `MalformedAnswer` for more, or for a compressed answer, which nobody asked for; `RegistryTimeout`
    where they drip in too slowly. The connection goes back to its pool, or is closed where bytes are left.
    """
    raw = response.raw
    try:
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise MalformedAnswer("Content-Encoding", "is set: the answer is compressed")
        if (raw.length_remaining or 0) > LARGEST_ANSWER:
            raise MalformedAnswer("Envelope", f"can't be read: larger than {LARGEST_ANSWER} bytes")
        return _read_on(raw, ends_at)
    except BaseException:
        raw.close()
        raise


def _read_on(raw: Any, ends_at: float) -> bytes:
    body = b""
    while True:
        piece: bytes = raw.read1(LARGEST_ANSWER + 1 - len(body), decode_content=False)
        body = body + piece if body else piece
        if len(body) > LARGEST_ANSWER:
            raise MalformedAnswer("Envelope", f"can't be read: larger than {LARGEST_ANSWER} bytes")
        if not piece or raw.length_remaining == 0:
            return body
        if time.monotonic() > ends_at:
            raise RegistryTimeout(TOO_SLOW)


def tls_failure(problem: BaseException) -> ssl.SSLError | None:
    """The TLS failure within what requests or urllib3 raised, if any."""
    return next((cause for cause in causes(problem) if isinstance(cause, ssl.SSLError)), None)


def causes(problem: BaseException) -> list[BaseException]:
    """`problem` and all that it was made from: both libraries wrap the operating system's errors several times."""
    found: list[BaseException] = []
    waiting: list[object] = [problem]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and all(cause is not known for known in found):
            found.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return found
