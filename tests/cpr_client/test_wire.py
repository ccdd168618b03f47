"""What goes over the wire: every question whole, in one piece, and the same but for the number."""

from __future__ import annotations

from cpr_client import RegistryConfig, open_client
from tests.cpr_client.samples import ANOTHER, NUMBER, person
from tests.cpr_client.servers import head, read_request, serving


def test_every_question_has_the_head_of_the_first_and_its_own_number():
    asked: list[bytes] = []

    def answer(connection):
        while True:
            asked.append(read_request(connection))
            number = ANOTHER if ANOTHER.digits.encode() in asked[-1] else NUMBER
            body = person().replace(NUMBER.digits.encode(), number.digits.encode())
            connection.sendall(head(len(body)) + body)

    with serving(answer) as port, open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/path?query")) as client:
        for number in (NUMBER, ANOTHER, NUMBER):
            client.lookup(number)
        client.knock()
        client.lookup(ANOTHER)
    first, second, third, knock, last = asked
    assert first.startswith(b"POST /path?query HTTP/1.1\r\n")
    lines = first.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert sorted(line.partition(b":")[0] for line in lines[1:]) == [
        b"accept-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"soapaction",
        b"user-agent",
    ]
    assert third == first
    assert second == last == first.replace(NUMBER.digits.encode(), ANOTHER.digits.encode())
    assert knock.startswith(b"GET /path?query HTTP/1.1\r\n")


def test_a_question_goes_out_in_one_piece():
    pieces: list[bytes] = []

    def answer(connection):
        while True:
            pieces.append(connection.recv(65536))
            body = person()
            connection.sendall(head(len(body)) + body)

    with serving(answer) as port, open_client(RegistryConfig(url=f"http://127.0.0.1:{port}/")) as client:
        for _ in range(3):
            client.lookup(NUMBER)
    questions = [piece for piece in pieces if piece]
    assert len(questions) == 3
    assert all(NUMBER.digits.encode() in question for question in questions)
