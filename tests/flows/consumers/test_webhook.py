"""Events by HTTP: signed, in order, at least once; a receiver that fails, dawdles or shows a wrong certificate."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from cpr_client.demo.certificates import MadeUpAuthority, ServerTls
from flows.consumers.cloudevents import id_of, of_patron
from flows.consumers.follow import Undelivered
from flows.consumers.webhook import CERTIFICATE, REFUSED, TIMEOUT, UNREACHABLE, Receiver, Webhook
from flows.errors import UsageError
from tests.flows.consumers.receivers import dripping, receiving

SECRET = b"0123456789abcdef01234567"
EVENTS = [of_patron(number) for number in "1234"]
IDS = list(map(id_of, EVENTS))


def webhook(url: str, **how: Any) -> Webhook:
    return Webhook(Receiver(url, SECRET, **{"tries": 2, "first_wait": 0.01, **how}), "website", lambda: 1_700_000_000.5)


def undelivered(hook: Webhook) -> tuple[int, str]:
    with pytest.raises(Undelivered) as found:
        hook(EVENTS)
    return found.value.done, found.value.reason


def test_a_batch_is_signed_over_its_id_its_time_and_its_body() -> None:
    with receiving() as receiver:
        webhook(receiver.url)(EVENTS)
        [post] = receiver.posts
    headers = {name.lower(): value for name, value in post.headers.items()}
    assert headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    assert headers["webhook-timestamp"] == "1700000000"
    assert headers["webhook-id"] == "website.patron:1.patron:4"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + post.body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(post.body) == list(map(json.loads, EVENTS))


def test_a_batch_that_is_not_taken_is_sent_again_with_the_same_id() -> None:
    with receiving() as receiver:
        receiver.answers = [500]
        webhook(receiver.url)(EVENTS)
        first, second = receiver.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert receiver.taken == IDS


@pytest.mark.parametrize("status", [302, 400, 410, 503])
def test_what_is_not_taken_after_all_tries_is_not_delivered_and_no_redirect_is_followed(status: int) -> None:
    with receiving() as receiver:
        receiver.answers = [status] * 4
        assert undelivered(webhook(receiver.url)) == (0, REFUSED)
    assert [len(post.ids) for post in receiver.posts] == [4, 4, 1, 1], "the batch twice, its first event twice"


def test_of_a_batch_that_is_refused_what_stands_before_the_refused_event_is_delivered() -> None:
    with receiving() as receiver:
        receiver.refuses = {IDS[2]}
        assert undelivered(webhook(receiver.url)) == (2, REFUSED)
    assert receiver.taken == IDS[:2]


def test_a_receiver_that_dawdles_is_not_waited_for() -> None:
    with receiving() as receiver:
        receiver.delay = 0.5
        assert undelivered(webhook(receiver.url, timeout=0.1, tries=1)) == (0, TIMEOUT)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_receiver_that_drips_its_answer_is_cut_off(start: bytes) -> None:
    with dripping(start) as url:
        assert undelivered(webhook(url, timeout=0.2, tries=1)) == (0, TIMEOUT)


def test_a_receiver_that_is_not_there_is_unreachable() -> None:
    with receiving() as receiver:
        url = receiver.url
    assert undelivered(webhook(url)) == (0, UNREACHABLE)


def test_a_receiver_is_held_to_its_certificate(authority: MadeUpAuthority, another_authority: MadeUpAuthority) -> None:
    right = ServerTls(authority.issue("receiver"), authority.root)
    with receiving(right) as receiver:
        webhook(receiver.url, ca=authority.root)(EVENTS)
        assert undelivered(webhook(receiver.url, ca=another_authority.root)) == (0, CERTIFICATE)
        assert undelivered(webhook(receiver.url)) == (0, CERTIFICATE)
    assert len(receiver.posts) == 1


def test_a_certificate_of_another_host_is_a_lie(authority: MadeUpAuthority) -> None:
    with receiving(ServerTls(authority.issue("receiver", hosts=("receiver.example",)), authority.root)) as receiver:
        assert undelivered(webhook(receiver.url, ca=authority.root)) == (0, CERTIFICATE)
        assert receiver.posts == []


@pytest.mark.parametrize("url", ["http://receiver.example/", "ftp://127.0.0.1/", "https:///x", "receiver.example", ""])
def test_nothing_leaves_this_machine_unencrypted(url: str) -> None:
    with pytest.raises(UsageError, match="https://"):
        webhook(url)


def test_no_proxy_gets_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        webhook(receiver.url)(EVENTS)
    assert (len(proxy.posts), receiver.taken) == (0, IDS)


def test_who_prints_a_receiver_sees_no_secret() -> None:
    assert "token" not in repr(Receiver("https://receiver.example/?token=1", SECRET))
