"""Whoever is to be told is told: by Prefect's server over a webhook, by a run of `notify` over SMTP."""

from __future__ import annotations

import email.policy
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr

from cpr_client.demo.certificates import MadeUpAuthority
from flows.errors import UsageError, UserError
from flows.local import automations
from flows.local import notices as local_notices
from flows.local.deployments import automate
from flows.local.shared_process import free_port
from flows.observability import notices
from flows.observability.mail import send, try_it
from flows.settings import Settings, load, use
from tests.fixtures.prefect import PrefectServer, wait_until

TO = "drift@library.example"
DEPLOYMENTS = ["nightly", "registry-refresh", "notify"]


class Mailbox:
    """What an SMTP server of the test's own has got."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keeps a mail."""
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Mailbox, int]]:
    """Runs on loopback for the block; its mailbox and its port."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@contextmanager
def webhook() -> Iterator[tuple[list[tuple[str, Any]], str]]:
    """A receiver on loopback for the block: (content type, JSON) of what it has got, and its address."""
    got: list[tuple[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["Content-Type"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield got, f"http://127.0.0.1:{server.server_port}/hook?secret=s3cret"
    finally:
        server.shutdown()
        server.server_close()


def settings(**given: Any) -> Settings:
    """Settings that notify so."""
    return Settings(**given)


def mailing(port: int, **given: Any) -> Settings:
    """Settings that mail over a server on loopback."""
    url = given.pop("smtp_url", f"smtp://127.0.0.1:{port}")
    return settings(notify_email_to=TO, smtp_url=SecretStr(url), **given)


def test_a_mail_is_sent_over_a_server_on_this_machine_and_masks_what_looks_like_a_number() -> None:
    with mail_server() as (mailbox, port):
        chosen = mailing(port, notify_email_from="patronsync@library.example")
        assert send(chosen, "patronsync:\nnight 0101701111 failed", "Æ: see 010170-1111") == [TO]
        assert try_it(chosen).startswith("127.0.0.1")
    [mail] = mailbox.mails
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (TO, "patronsync@library.example", "auto-generated")
    assert "0101701111" not in mail["Subject"] and "1111" not in mail.get_content() and "Æ: see" in mail.get_content()
    assert send(settings(notify_email_to=TO), "nobody", "no server is set") == []


def test_a_mail_server_must_be_verified(authority: MadeUpAuthority, another_authority: MadeUpAuthority) -> None:
    issued = authority.issue("server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"s3cret", handled=False)

    options = {"ssl_context": context, "authenticator": login, "auth_require_tls": False}
    with mail_server(**options) as (mailbox, port):
        by = {"smtp_url": f"smtps://drift:s3cret@127.0.0.1:{port}"}
        send(mailing(port, **by, smtp_ca=authority.root), "over TLS", "it is verified")
        with pytest.raises(UserError, match="can't be verified") as refused:
            send(mailing(port, **by, smtp_ca=another_authority.root), "over TLS", "of somebody else")
        assert "s3cret" not in str(refused.value)
        wrong = {"smtp_url": f"smtps://drift:wr0ng@127.0.0.1:{port}"}
        with pytest.raises(UserError, match="does not let us in") as refused:
            send(mailing(port, **wrong, smtp_ca=authority.root), "over TLS", "with a wrong password")
        assert "wr0ng" not in str(refused.value)
    assert [mail["Subject"] for mail in mailbox.mails] == ["over TLS"]


def test_a_mail_server_that_is_away_is_named() -> None:
    with pytest.raises(UserError, match=r"127\.0\.0\.1"):
        send(mailing(free_port()), "x", "y")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFY_WEBHOOK_URL", "http://chat.library.example/hook"),
        ("NOTIFY_WEBHOOK_URL", "s3cret"),
        ("SMTP_URL", "http://mail.library.example:s3cret"),
        ("SMTP_URL", "ftp://s3cret@mail.library.example"),
        ("NOTIFY_EMAIL_TO", "s3cret"),
    ],
)
def test_a_setting_that_will_not_do_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        load({f"PATRONSYNC_{name}": value})
    assert f"PATRONSYNC_{name}" in str(refused.value) and "s3cret" not in str(refused.value)


def test_the_kinds_in_the_form_are_those_that_are_declared() -> None:
    from flows.parameters import Notice

    assert {notice.value for notice in Notice} == set(notices.CODES)
    told = local_notices.triggers(settings(), ["nightly", "notify"])
    assert set(told) == set(notices.CODES)
    assert all("notify" not in trigger.deployments for trigger in told.values()), "it would never end"


@pytest.fixture
def client(own_prefect: PrefectServer) -> Iterator[Any]:
    """A server of the test's own, with the deployments by name alone."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as found:
        for name in DEPLOYMENTS:
            found.create_deployment(found.create_flow_from_name(name), name=name, tags=["patronsync"])
        yield found


def _fail(client: Any, message: str, name: str, flow: str = "nightly") -> None:
    """A run of a deployment that failed."""
    from prefect.states import Failed, Running

    if flow not in DEPLOYMENTS:
        client.create_deployment(client.create_flow_from_name(flow), name=flow)
    deployment = client.read_deployment_by_name(f"{flow}/{flow}")
    run = client.create_flow_run_from_deployment(deployment.id, name=name, parameters={})
    client.set_flow_run_state(run.id, Running(), force=True)
    client.set_flow_run_state(run.id, Failed(message=message), force=True)


def _kill(client: Any, name: str, *states: Any) -> None:
    """A night whose process and worker die in the last of these states: nothing is heard of it any more."""
    deployment = client.read_deployment_by_name("nightly/nightly")
    run = client.create_flow_run_from_deployment(deployment.id, name=name, parameters={})
    for state in states:
        client.set_flow_run_state(run.id, state, force=True)


def test_whoever_is_to_be_told_is_told_by_webhook_and_by_mail(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.states import Pending, Running

    from flows.notify import notify

    monkeypatch.setattr(automations, "SILENCE", timedelta(seconds=10))  # the least that Prefect takes
    with webhook() as (got, address), mail_server() as (mailbox, port):
        chosen = mailing(port, notify_webhook_url=SecretStr(address))
        first, ids = automate(chosen, DEPLOYMENTS), _automation_ids(client)
        assert automate(chosen, DEPLOYMENTS) == first and _automation_ids(client) == ids, "what is right is left alone"
        assert len(first) == 1 + len(notices.CODES)

        _fail(client, "somebody else's", "not ours", flow="other")
        _fail(client, 'broke off: "quoted"\nand more', "night of a test")
        assert wait_until(lambda: bool(got))
        [(content_type, told)] = got
        assert content_type == "application/json"
        assert "night of a test is Failed" in told["text"] and 'broke off: "quoted"\nand more' in told["text"]
        _kill(client, "killed before it began", Pending())
        _kill(client, "killed before its first heartbeat", Pending(), Running())

        sent: list[Any] = []

        def asked_to_mail() -> bool:
            deployment = client.read_deployment_by_name("notify/notify")
            runs = client.read_flow_runs(limit=50)
            sent[:] = [run for run in runs if run.deployment_id == deployment.id]
            return bool(sent)

        assert wait_until(asked_to_mail)
        given = sent[0].parameters
        assert given["notice"] == notices.FAILED and "night of a test" in given["subject"]
        before = use(chosen)
        try:
            notify(**given)
        finally:
            use(before)
        [mail] = mailbox.mails
        assert "night of a test is Failed" in mail["Subject"] and 'broke off: "quoted"' in mail.get_content()

        notices.tell(notices.OVERDUE, {"rules": "loans 3", "run": 7})
        notices.tell(notices.CERTIFICATE, {"days": 12})
        assert wait_until(lambda: len(got) == 5), got
        texts = " ".join(told["text"] for _, told in got)
        assert "loans 3" in texts and "12 days" in texts and "not ours" not in texts
        for name in ("killed before it began", "killed before its first heartbeat"):
            assert f"{name} is Crashed" in texts

        assert automate(settings(), DEPLOYMENTS) == first[:1]
        assert len(_automation_ids(client)) == 1, "nobody is told any more"


def _automation_ids(client: Any) -> set[Any]:
    names = [one["name"] for one in client.request("POST", "/automations/filter", json={}).json()]
    ours = {name for name in names if name.startswith("patronsync")}
    return {one.id for name in ours for one in client.read_automations_by_name(name)}
