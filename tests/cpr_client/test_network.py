"""What goes wrong between us and the registry, over real sockets, and that memory and patience are bounded."""

from __future__ import annotations

import socket
import struct
import time
import tracemalloc
from contextlib import ExitStack

import pytest

from cpr_client import (
    MalformedAnswer,
    Person,
    RegistryConfig,
    RegistryError,
    RegistryTimeout,
    RegistryUnavailable,
    TryAgainLater,
    open_client,
)
from tests.cpr_client.samples import NUMBER, person
from tests.cpr_client.servers import head, read_request, serving

BODY = person()


def ask(port: int, **settings) -> Person:
    """One look-up, asked once."""
    config = RegistryConfig(url=f"http://127.0.0.1:{port}/", **{"deadline": 0.6, **settings})
    with open_client(config) as client:
        return client.lookup(NUMBER)


def failure(behave, kind: type[RegistryError], **settings) -> str:
    """The message of the failure that a look-up ends in where the registry behaves like this."""
    with serving(behave) as port, pytest.raises(kind) as failed:
        ask(port, **settings)
    assert NUMBER.digits not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    return str(failed.value)


def reset(connection: socket.socket) -> None:
    """Closes so that the other side sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_an_answer_is_read_whether_its_length_is_told_or_not():
    def told(connection):
        read_request(connection)
        connection.sendall(head(len(BODY)) + BODY)

    def until_the_end(connection):
        read_request(connection)
        connection.sendall(head(None, "Connection: close") + BODY)

    def in_chunks(connection):
        read_request(connection)
        connection.sendall(head(None, "Transfer-Encoding: chunked"))
        for piece in (BODY[:100], BODY[100:]):
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    def in_drops(connection):
        read_request(connection)
        for byte in head(len(BODY)) + BODY:
            connection.sendall(bytes([byte]))

    for behave in (told, until_the_end, in_chunks, in_drops):
        with serving(behave) as port:
            assert ask(port, deadline=5).status == 1


def test_a_question_is_one_piece_and_whole():
    seen = []

    def note(connection):
        seen.append(connection.recv(65536))
        connection.sendall(head(len(BODY)) + BODY)

    with serving(note) as port:
        ask(port)
    first, _, body = seen[0].partition(b"\r\n\r\n")
    assert body.endswith(b"</soap-env:Envelope>")
    assert b"Content-Length: %d" % len(body) in first
    assert b"Accept-Encoding: identity" in first


def test_no_answer_in_time_is_a_time_out():
    def silent(connection):
        read_request(connection)
        time.sleep(1)

    assert failure(silent, RegistryTimeout, read_timeout=0.1) == "no answer within 0.1 s"


def test_half_an_answer_in_time_is_a_time_out():
    def stalls(connection):
        read_request(connection)
        connection.sendall(head(len(BODY)) + BODY[:50])
        time.sleep(1)

    assert failure(stalls, RegistryTimeout, read_timeout=0.1) == "no answer within 0.1 s"


def test_an_answer_that_drips_ends_with_the_deadline():
    def drips(connection):
        read_request(connection)
        connection.sendall(head(len(BODY)))
        for byte in BODY:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    started = time.monotonic()
    said = failure(drips, RegistryTimeout, read_timeout=0.2, deadline=0.4)
    assert said == "the answer came too slowly to be waited for"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    ],
    ids=["a head", "an interim reply", "the line of a chunk"],
)
def test_what_drips_before_and_between_ends_with_the_deadline(before, drop):
    def drips(connection):
        read_request(connection)
        connection.sendall(before)
        for _ in range(80):
            connection.sendall(drop)
            time.sleep(0.05)

    started = time.monotonic()
    said = failure(drips, RegistryTimeout, read_timeout=0.2, deadline=0.6)
    assert said == "the answer came too slowly to be waited for"
    assert time.monotonic() - started < 3


def test_no_connection_in_time_is_a_time_out():
    # A listener that accepts nobody, its queue full: the kernel drops what comes next.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as queue:
        for _ in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.1)
        with pytest.raises(RegistryTimeout) as failed:
            ask(listener.getsockname()[1], connect_timeout=0.1)
    assert str(failed.value) == "no connection within 0.1 s"


def test_a_refused_connection_is_passing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RegistryUnavailable) as failed:
            ask(taken.getsockname()[1])
    assert str(failed.value) == "the registry refuses connections"


def test_a_name_that_leads_nowhere_is_passing(our_certificate):
    from cpr_client import AuthorityContext

    config = RegistryConfig(
        url="https://registry.invalid/",
        certificate=our_certificate.certificate,
        key=our_certificate.key,
        context=AuthorityContext("12345678"),
        deadline=0.6,
    )
    with open_client(config) as client, pytest.raises(RegistryUnavailable) as failed:
        client.lookup(NUMBER)
    assert "PATRONSYNC_REGISTRY_URL" in str(failed.value)


@pytest.mark.parametrize("sent", [0, 10, 60, 200])
@pytest.mark.parametrize("ending", [socket.socket.close, reset], ids=["closed", "reset"])
def test_a_connection_that_breaks_off_is_passing(sent, ending):
    whole = head(len(BODY)) + BODY

    def breaks_off(connection):
        read_request(connection)
        connection.sendall(whole[:sent])
        time.sleep(0.02)
        ending(connection)

    assert failure(breaks_off, RegistryUnavailable) == "the connection to the registry broke off"


def test_a_connection_that_is_dropped_while_idle_is_replaced():
    served = []

    def once(connection):
        read_request(connection)
        connection.sendall(head(len(BODY)) + BODY)
        served.append(1)
        reset(connection)

    with serving(once) as port, open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/")) as client:
        for _ in range(3):
            assert client.lookup(NUMBER).status == 1
            time.sleep(0.05)
    assert len(served) == 3


def test_one_connection_serves_many_questions():
    connections = []

    def keeps_alive(connection):
        connections.append(1)
        while True:
            read_request(connection)
            connection.sendall(head(len(BODY)) + BODY)

    with serving(keeps_alive) as port, open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/")) as client:
        for _ in range(20):
            client.lookup(NUMBER)
    assert len(connections) == 1


@pytest.mark.parametrize("told", [True, False])
def test_an_answer_of_fifty_megabytes_is_never_taken_in(told):
    piece = b" " * 1_000_000
    sent = []

    def floods(connection):
        read_request(connection)
        connection.sendall(head(50_000_000) if told else head(None, "Connection: close"))
        for _ in range(50):
            connection.sendall(piece)
            sent.append(len(piece))

    tracemalloc.start()
    try:
        assert failure(floods, MalformedAnswer) == "malformed answer: Envelope can't be read: larger than 1000000 bytes"
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
    assert sum(sent) < 20_000_000


def test_a_connection_is_not_used_again_after_an_answer_that_was_not_read_to_its_end():
    def lies_once(connection):
        read_request(connection)
        connection.sendall(head(2_000_000) + BODY)
        read_request(connection)
        connection.sendall(head(len(BODY)) + BODY)

    with serving(lies_once) as port, open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/", deadline=2)) as client:
        for _ in range(2):
            with pytest.raises(MalformedAnswer):
                client.lookup(NUMBER)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 0102031234 Anna\r\n\r\n",
        b"0102031234 Anna Berg\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0102031234\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"\x00\xff\xfe" * 100,
    ],
)
def test_nonsense_in_place_of_http_is_one_of_our_errors(nonsense, caplog):
    def talks_nonsense(connection):
        read_request(connection)
        connection.sendall(nonsense)

    with serving(talks_nonsense) as port, pytest.raises((TryAgainLater, MalformedAnswer)) as failed, caplog.at_level(1):
        ask(port)
    assert "Anna" not in str(failed.value) + caplog.text
    assert NUMBER.digits not in str(failed.value) + caplog.text


def test_a_proxy_of_the_environment_is_not_asked_about_this_machine(monkeypatch):
    def answers(connection):
        read_request(connection)
        connection.sendall(head(len(BODY)) + BODY)

    def proxy(connection):
        raise AssertionError("the proxy was asked")

    with serving(answers) as port, serving(proxy) as trap:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask(port).status == 1


def test_a_registry_elsewhere_is_reached_through_the_environment_s_proxy(monkeypatch, our_certificate):
    from cpr_client import AuthorityContext

    seen = []

    def proxy(connection):
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    config = RegistryConfig(
        url="https://registry.invalid/service",
        certificate=our_certificate.certificate,
        key=our_certificate.key,
        context=AuthorityContext("12345678"),
        deadline=0.6,
    )
    with serving(proxy) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with open_client(config) as client, pytest.raises(RegistryUnavailable, match="HTTPS_PROXY"):
            client.lookup(NUMBER)
    assert seen[0].startswith(b"CONNECT registry.invalid:443 ")
    assert NUMBER.digits.encode() not in b"".join(seen)
