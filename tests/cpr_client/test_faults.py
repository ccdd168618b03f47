"""What each HTTP answer other than a person means, and that no text of it is passed on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from cpr_client import (
    CprNumber,
    MalformedAnswer,
    PersonNotFound,
    RegistryBusy,
    RegistryClient,
    RegistryConfig,
    RegistryError,
    RegistryUnavailable,
    RequestRefused,
    open_client,
)
from tests.cpr_client.samples import NUMBER, error, fault, person

URL = "http://127.0.0.1:9/registry"


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    # Too short for a second attempt: what is worth repeating is asked about once.
    with open_client(RegistryConfig(url=URL, deadline=0.6)) as opened:
        yield opened


def outcome(client: RegistryClient, status: int, body: bytes = b"", headers: dict[str, str] | None = None):
    with responses.RequestsMock() as http:
        http.add("POST", URL, status=status, body=body, headers=headers or {}, content_type="text/xml")
        with pytest.raises(RegistryError) as failure:
            client.lookup(NUMBER)
        assert len(http.calls) == 1
    return failure.value


def test_a_person_is_read(client):
    with responses.RequestsMock() as http:
        http.add("POST", URL, body=person())
        assert client.lookup(NUMBER).status == 1
        sent = http.calls[0].request
    assert NUMBER.digits.encode() in sent.body
    assert sent.headers["SOAPAction"].endswith('/PersonBaseDataExtended/5/PersonLookup"')
    assert int(sent.headers["Content-Length"]) == len(sent.body)


@pytest.mark.parametrize("status", [500, 200, 404])
@pytest.mark.parametrize(
    "body",
    [
        fault("PNR not found"),
        fault("PNRNotFound"),
        fault("pnr NOT\n found"),
        fault("Error", errors=error("PNRNotFound", "unknown")),
        fault("Error", errors=error("1", "one") + error("2", "The PNR not found in CPR")),
        fault("Error", code="PNRNotFound"),
    ],
)
def test_not_found_is_understood_however_it_is_spelt_and_wherever_it_stands(client, status, body):
    assert isinstance(outcome(client, status, body), PersonNotFound)


def test_any_other_fault_is_refused_with_its_codes(client):
    body = fault("No access for 0102031234", errors=error("SP-0042", "no agreement for Anna Berg"))
    refusal = outcome(client, 500, body)
    assert isinstance(refusal, RequestRefused)
    assert refusal.fault_codes == ("soap:Server", "SP-0042")
    assert "SP-0042" in str(refusal)
    assert "PATRONSYNC_REGISTRY_SERVICE_AGREEMENT_UUID" in str(refusal)
    assert "Anna" not in str(refusal)


@pytest.mark.parametrize(
    "code",
    [
        "No access for Anna Berg",
        "0102031234",
        "010203-1234",
        "01-02-03",
        "01.02.1903",
        "E" * 41,
        "født",
    ],
)
def test_a_code_that_could_be_data_is_not_shown(client, code):
    refusal = outcome(client, 500, fault("Error", errors=error(code, "x")))
    assert isinstance(refusal, RequestRefused)
    assert refusal.fault_codes == ("soap:Server",)
    assert code not in str(refusal)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_the_http_kind_names_the_certificate(client, status):
    refusal = outcome(client, status, fault("PNR not found"))
    assert isinstance(refusal, RequestRefused)
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in str(refusal)


@pytest.mark.parametrize(
    ("status", "named"),
    [(404, "PATRONSYNC_REGISTRY_URL"), (302, "PATRONSYNC_REGISTRY_URL"), (407, "HTTPS_PROXY"), (400, "HTTP 400")],
)
def test_other_refusals_say_where_to_look(client, status, named):
    refusal = outcome(client, status, b"<html>Anna Berg</html>")
    assert isinstance(refusal, RequestRefused)
    assert named in str(refusal)
    assert "Anna" not in str(refusal)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Mon, 04 May 2026 10:00:30 GMT", "Date": "Mon, 04 May 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Mon, 04 May 2026 09:00:00 GMT", "Date": "Mon, 04 May 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 04 May 2026 10:00:30 GMT"}, None),
    ],
)
def test_a_busy_registry_says_how_long_to_wait(client, status, headers, seconds):
    busy = outcome(client, status, fault("PNR not found"), headers)
    assert isinstance(busy, RegistryBusy)
    assert busy.retry_after == seconds


@pytest.mark.parametrize("status", [500, 502, 504])
@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", person(), b"<a>0102031234"])
def test_a_failure_without_a_fault_of_the_contract_is_passing(client, status, body):
    failure = outcome(client, status, body)
    assert type(failure) is RegistryUnavailable
    assert str(status) in str(failure)


@pytest.mark.parametrize("status", [202, 204])
def test_a_success_without_an_answer_is_malformed(client, status):
    failure = outcome(client, status)
    assert isinstance(failure, MalformedAnswer)
    assert failure.element == "Envelope"


def test_an_answer_that_nobody_asked_to_compress_is_malformed(client):
    failure = outcome(client, 200, person(), {"Content-Encoding": "gzip"})
    assert isinstance(failure, MalformedAnswer)
    assert failure.element == "Content-Encoding"


def test_a_replacement_number_is_not_asked_about(client):
    with responses.RequestsMock() as http:
        for written in ("610203-1234", "010203-A234", "0102031", "<x>"):
            with pytest.raises(PersonNotFound):
                client.lookup(CprNumber(written.replace("-", "")))
        assert len(http.calls) == 0
