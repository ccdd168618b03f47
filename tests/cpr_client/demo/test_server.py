"""The demo registry over HTTP: answers, faults for wrong questions, WSDL, latency, counts, controls."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from lxml import etree
from zeep.transports import Transport

from cpr_client.base_data.contract import FAULT, NAMESPACES, SOAP_ENVELOPE, fault_schema_file
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.persons_file import PersonsFileError
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from tests.cpr_client.demo.asking import Got, ask, connection, envelope, headers, over, post
from tests.cpr_client.demo.conftest import TODAY

VERSIONS = tuple(NAMESPACES)


@pytest.fixture
def demo(cases: Registry) -> Iterator[DemoRegistry]:
    """The cases, served."""
    with DemoRegistry(cases) as running:
        yield running


@pytest.fixture
def number(cases: Registry) -> CprNumber:
    """Somebody ordinary."""
    return cases.cases["status 1"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_right_question_is_answered_about_the_number_asked_for(
    demo: DemoRegistry, number: CprNumber, version: str
) -> None:
    got = ask(demo, number, version)

    assert got.status == 200
    assert got.headers["content-type"] == "text/xml; charset=utf-8"
    assert got.text("personnummer") == number.digits
    assert NAMESPACES[version].encode() in got.body


def test_many_questions_go_over_one_connection_one_after_the_other(demo: DemoRegistry, number: CprNumber) -> None:
    line = connection(demo.url)
    path = urlsplit(demo.url).path
    line.connect()
    first = line.sock
    for _ in range(20):
        assert over(line, "POST", path, envelope(number.digits), **headers()).status == 200
    assert line.sock is first
    line.close()


def test_questions_sent_together_on_one_connection_are_answered_in_order(cases: Registry) -> None:
    numbers = [p.cpr_number for p in cases if p.status == 1 and not p.raw][:3]
    with DemoRegistry(cases, latency=0.02) as demo:
        parts = urlsplit(demo.url)
        message = b"".join(_raw_request(parts.path, n) for n in numbers[:2]) + _raw_request(
            parts.path, numbers[2], True
        )
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as line:
            line.sendall(message[:700])
            time.sleep(0.01)
            line.sendall(message[700:])
            received = b"".join(iter(lambda: line.recv(65_536), b""))
    places = [received.index(f"<personnummer>{n.digits}<".encode()) for n in numbers]
    assert received.count(b"HTTP/1.1 200 OK") == 3
    assert places == sorted(places)


def _raw_request(path: str, number: CprNumber, last: bool = False) -> bytes:
    body = envelope(number.digits).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: demo", *(f"{k}: {v}" for k, v in headers().items())]
    lines += [f"Content-Length: {len(body)}", *(["Connection: close"] if last else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("form", "text", "codes"),
    [
        ("text", "PNR not found", [("10", "PNR not found")]),
        ("token", "PNRNotFound", []),
        ("detail", "Service fault", [("PNRNotFound", "See the code")]),
    ],
)
def test_not_found_is_a_fault_in_each_of_its_spellings(
    cases: Registry, form: str, text: str, codes: list[tuple[str, str]]
) -> None:
    with DemoRegistry(cases, not_found=form) as demo:
        got = ask(demo, CprNumber("0202909999"))

    assert got.status == 500
    assert got.fault == text
    assert _errors(got) == codes


def test_not_found_is_spelt_now_this_way_now_that_unless_told_otherwise(demo: DemoRegistry) -> None:
    spelt = {ask(demo, CprNumber(f"02029099{n}")).fault for n in range(10, 20)}

    assert spelt == {"PNR not found", "PNRNotFound", "Service fault"}


def _errors(got: Got) -> list[tuple[str, str]]:
    """The codes and texts of a fault's detail, which must be right by the fault's schema."""
    detail = etree.fromstring(got.body).find(f".//{{{FAULT}}}ServiceplatformFault")
    if detail is None:
        return []
    etree.XMLSchema(etree.parse(str(fault_schema_file()))).assertValid(detail)
    return [(error[0].text or "", error[1].text or "") for error in detail.iter(f"{{{FAULT}}}Error")]


_CONTEXT = (
    '<InvocationContext xmlns="http://serviceplatformen.dk/xml/schemas/InvocationContext/1/">%s</InvocationContext>'
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "the request is no XML"),
        ("<a><b></a>", "the request is no XML"),
        (envelope("02029099999"), "not valid by the contract: PNR"),
        (envelope("0202909"), "PNR must be ten digits"),
        (envelope("020290-999"), "PNR must be ten digits"),
        (envelope(""), "PNR must be ten digits"),
        (envelope("0202909999", version="4"), "not valid by the contract: PersonLookupRequest"),
        (envelope("0202909999").replace("PNR", "CPR"), "not valid by the contract: CPR"),
        (
            envelope("0202909999").replace("<PNR", _CONTEXT % "" + "<PNR"),
            "not valid by the contract: InvocationContext",
        ),
        (
            envelope("0202909999").replace("PersonLookupRequest", "PersonLookupResponse"),
            "not valid by the contract: PNR",
        ),
        (envelope("0202909999").replace("</e:Body>", "<more/></e:Body>"), "the SOAP body holds one element"),
        ("<!DOCTYPE e>" + envelope("0202909999"), "a request has no DOCTYPE"),
        ('<!DOCTYPE e [<!ENTITY n "0202909999">]>' + envelope("&n;"), "a request has no DOCTYPE"),
    ],
)
def test_a_wrong_question_is_answered_with_a_fault_that_says_what_is_wrong(
    demo: DemoRegistry, body: str, said: str
) -> None:
    got = post(demo, body)

    assert got.status == 500
    assert got.fault == "The request is wrong"
    assert _errors(got)[0][0] == "InvalidRequest"
    assert said in _errors(got)[0][1]
    assert b"020290" not in got.body
    assert demo.asked.total() == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SOAPAction": None}, "SOAPAction"),
        ({"SOAPAction": '""'}, "SOAPAction"),
        ({"SOAPAction": f'"{NAMESPACES["4"]}PersonLookup"'}, "SOAPAction"),
        ({"Content-Type": "application/soap+xml"}, "Content-Type"),
    ],
)
def test_a_question_with_the_wrong_headers_is_answered_with_a_fault(
    demo: DemoRegistry, number: CprNumber, changed: dict[str, str | None], said: str
) -> None:
    got = post(demo, envelope(number.digits), **changed)

    assert got.status == 500
    assert said in _errors(got)[0][1]
    assert demo.asked.total() == 0


def test_another_envelope_and_a_header_to_be_understood_have_faults_of_their_own(
    demo: DemoRegistry, number: CprNumber
) -> None:
    soap_12 = envelope(number.digits).replace(SOAP_ENVELOPE, "http://www.w3.org/2003/05/soap-envelope")
    header = '<e:Header><x e:mustUnderstand="1"/></e:Header><e:Body>'

    assert b"soap:VersionMismatch" in post(demo, soap_12).body
    assert b"soap:MustUnderstand" in post(demo, envelope(number.digits).replace("<e:Body>", header)).body
    fine = header.replace('"1"', '"0"')
    assert post(demo, envelope(number.digits).replace("<e:Body>", fine)).status == 200


def test_the_action_may_come_without_quotes_and_the_question_in_another_encoding(
    demo: DemoRegistry, number: CprNumber
) -> None:
    bare = headers()["SOAPAction"].strip('"')
    text = '<?xml version="1.0" encoding="UTF-16"?>' + envelope(number.digits)

    assert post(demo, text.encode("utf-16"), SOAPAction=bare).status == 200


@pytest.mark.parametrize("version", VERSIONS)
def test_zeep_loads_the_wsdl_from_the_server_and_asks_with_it(
    demo: DemoRegistry, number: CprNumber, version: str
) -> None:
    session = requests.Session()
    session.trust_env = False
    client = zeep.Client(f"{demo.url_for(version)}?wsdl", transport=Transport(session=session))

    answer = client.service.PersonLookup(PNR=number.digits)
    assert answer.persondata.personnummer == number.digits
    with pytest.raises(zeep.exceptions.Fault):
        client.service.PersonLookup(PNR="0202909999")
    session.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/service/CPR/PersonBaseDataExtended/5", 405),
        ("PUT", "/service/CPR/PersonBaseDataExtended/5", 405),
        ("POST", "/service/CPR/PersonBaseDataExtended/6", 404),
        ("GET", "/service/CPR/PersonBaseDataExtended/contract/../../../../etc/passwd", 404),
        ("GET", "/", 404),
    ],
)
def test_other_requests_are_turned_away(demo: DemoRegistry, method: str, path: str, status: int) -> None:
    line = connection(demo.url)

    assert over(line, method, path).status == status
    line.close()


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"x" * 20_000, b"431"),
    ],
)
def test_a_request_that_is_no_http_ends_the_connection(demo: DemoRegistry, message: bytes, status: bytes) -> None:
    parts = urlsplit(demo.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as line:
        line.sendall(message)
        received = b"".join(iter(lambda: line.recv(65_536), b""))

    assert received.startswith(b"HTTP/1.1 " + status)


def test_http_1_0_is_answered_and_closed(demo: DemoRegistry, number: CprNumber) -> None:
    parts = urlsplit(demo.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as line:
        line.sendall(_raw_request(parts.path, number).replace(b"HTTP/1.1", b"HTTP/1.0"))
        received = b"".join(iter(lambda: line.recv(65_536), b""))

    assert b"200 OK" in received
    assert number.digits.encode() in received


def test_latency_holds_for_each_answer_and_many_are_waited_for_together(cases: Registry, number: CprNumber) -> None:
    with DemoRegistry(cases, latency=0.2) as demo:
        start = time.monotonic()
        threads = [threading.Thread(target=ask, args=(demo, number)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - start
        assert demo.most_at_once == 8

        demo.latency = 0.0
        start = time.monotonic()
        ask(demo, number)
        assert time.monotonic() - start < 0.15
    assert 0.2 <= took < 1.2


def test_it_counts_what_it_was_asked_by_number(demo: DemoRegistry, number: CprNumber) -> None:
    stranger = CprNumber("0202909999")
    for asked in (number, number, stranger):
        ask(demo, asked)

    assert demo.asked == {number: 2, stranger: 1}
    demo.forget_asked()
    assert demo.asked.total() == 0


def test_a_person_can_be_set_and_forgotten_while_it_runs(demo: DemoRegistry) -> None:
    person = demo.set_person({"cpr_number": "170591-9007", "status": 90, "name": {"addressing": "Anna Fabelsen"}})
    got = ask(demo, person.cpr_number)

    assert got.text("personadresseringsnavn") == "Anna Fabelsen"
    demo.forget(person.cpr_number)
    assert ask(demo, person.cpr_number).status == 500
    with pytest.raises(PersonsFileError, match="staus is no known key: did you mean status"):
        demo.set_person({"cpr_number": "170591-9007", "staus": 1})


def test_time_moves_on_while_it_runs() -> None:
    with DemoRegistry(build_people(1_000, SEED, TODAY)) as demo:
        log = demo.advance(date(2026, 9, 1))
        (died, *_) = log.happened["died"]

        assert b"<civilstand>D</civilstand>" in ask(demo, died).body
        assert demo.registry[died].status == 90
        assert demo.registry.today == date(2026, 9, 1)
        with pytest.raises(ValueError, match="name a later day"):
            demo.advance(TODAY)


def test_down_refuses_connections_and_up_is_the_same_address(demo: DemoRegistry, number: CprNumber) -> None:
    address = demo.url
    demo.down()
    with pytest.raises(ConnectionRefusedError):
        ask(demo, number)
    demo.up()

    assert demo.url == address
    assert ask(demo, number).status == 200


def test_open_connections_end_when_it_goes_down(demo: DemoRegistry, number: CprNumber) -> None:
    line = connection(demo.url)
    path = urlsplit(demo.url).path
    over(line, "POST", path, envelope(number.digits), **headers())
    demo.down()
    with pytest.raises((ConnectionError, OSError)):
        line.request("POST", path, envelope(number.digits), headers())
        line.getresponse()
    line.close()


def test_after_the_block_nothing_listens_and_the_counts_are_still_there(cases: Registry, number: CprNumber) -> None:
    with DemoRegistry(cases) as demo:
        ask(demo, number)
    with pytest.raises(ConnectionRefusedError):
        ask(demo, number)

    assert demo.asked[number] == 1
    with pytest.raises(RuntimeError, match="does not run"):
        demo.up()


def test_a_port_already_taken_is_an_error_of_the_system(demo: DemoRegistry, cases: Registry) -> None:
    with pytest.raises(OSError), DemoRegistry(cases, port=urlsplit(demo.url).port or 0):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_it_listens_on_no_other_interface(cases: Registry, host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        DemoRegistry(cases, host=host)


def test_localhost_is_served(cases: Registry, number: CprNumber) -> None:
    with DemoRegistry(cases, host="localhost") as demo:
        assert ask(demo, number).status == 200


def _control(demo: DemoRegistry, wishes: object, token: str | None = None) -> Got:
    line = connection(demo.url)
    sent = {"Authorization": f"Bearer {demo.token if token is None else token}"}
    try:
        return over(line, "POST", "/control", json.dumps(wishes), **sent)
    finally:
        line.close()


def test_the_control_does_what_another_process_wishes(demo: DemoRegistry, number: CprNumber) -> None:
    person = {"cpr_number": "1705919007", "name": {"addressing": "Anna Fabelsen"}}
    got = _control(demo, {"persons": [person], "latency": 0.001, "advance_to": "2026-05-05", "forget": [number.digits]})

    assert got.status == 200
    told = json.loads(got.body)
    assert told["today"] == "2026-05-05"
    assert told["latency"] == 0.001
    assert ask(demo, CprNumber("1705919007")).text("personadresseringsnavn") == "Anna Fabelsen"
    assert ask(demo, number).status == 500
    _control(demo, {"fail": {"kind": "unavailable", "times": 1}})
    assert ask(demo, number).status == 503
    _control(demo, {"fail": {"kind": "busy"}})
    assert ask(demo, number).status == 429
    _control(demo, {"behave": True, "asked": "forget"})
    assert ask(demo, CprNumber("1705919007")).status == 200
    assert demo.asked.total() == 1


def test_the_control_tells_totals_and_no_number(demo: DemoRegistry, number: CprNumber) -> None:
    for _ in range(3):
        ask(demo, number)
    line = connection(demo.url)
    got = over(line, "GET", "/control/asked", Authorization=f"Bearer {demo.token}")
    line.close()

    assert json.loads(got.body) == {"total": 3, "numbers": 1, "most_of_one_number": 3, "today": "2026-05-04"}


@pytest.mark.parametrize("token", ["", "wrong", "\u00e6"])
def test_the_control_needs_the_token(demo: DemoRegistry, token: str) -> None:
    assert _control(demo, {"latency": 5}, token).status == 401
    assert demo.latency == 0.0


@pytest.mark.parametrize(
    "wishes",
    [
        [],
        {"lateness": 1},
        {"advance_to": "soon"},
        {"advance_to": "2020-01-01"},
        {"latency": "slow"},
        {"fail": {"kind": "explode"}},
        {"fail": {"kind": "busy", "how": 1}},
        {"forget": ["nobody"]},
        {"fail": {"kind": "busy", "share": "half"}},
        {"fail": {"kind": "busy", "share": 2}},
        {"fail": {"kind": "busy", "seconds": -1}},
        {"fail": {"kind": "slow"}},
        {"fail": {"kind": "busy", "times": 0}},
        {"fail": {"kind": "fault", "code": 4711}},
        {"fail": {"kind": "body", "status": 99}},
        {"latency": -1},
        {"latency": True},
        {"behave": "yes"},
        {"asked": "everything"},
        {"persons": {"cpr_number": "1705919007"}},
        {"persons": [{"cpr_number": "1705919007", "staus": 1}]},
    ],
)
def test_a_wish_that_can_not_be_granted_is_said_and_changes_nothing(
    demo: DemoRegistry, number: CprNumber, wishes: object
) -> None:
    people = len(demo.registry)
    got = _control(demo, wishes)

    assert got.status == 400
    assert json.loads(got.body)["error"]
    assert b"1705919007" not in got.body
    assert demo.registry.today == TODAY
    assert len(demo.registry) == people
    assert ask(demo, number).status == 200


def test_nothing_of_a_person_is_logged_not_even_when_an_answer_can_not_be_written(
    demo: DemoRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = demo.set_person(
        {
            "cpr_number": "1705919007",
            "name": {"addressing": "Anna \x01 Fabelsen"},
            "raw": {"persondata/status/status": "42"},
        }
    )
    got = ask(demo, person.cpr_number)

    assert got.status == 500
    assert "the demo registry failed: XMLSyntaxError at " in caplog.text
    assert "1705919007" not in caplog.text
    assert "Anna" not in caplog.text


def test_the_wsdl_served_is_ours_with_this_address(demo: DemoRegistry, tmp_path: Path) -> None:
    line = connection(demo.url)
    got = over(line, "GET", urlsplit(demo.url).path + "?WSDL")
    line.close()

    assert f'location="{demo.url}"'.encode() in got.body
    assert b"exttest" not in got.body
