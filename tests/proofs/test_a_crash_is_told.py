"""A run that dies with its worker is told of: by webhook at once, by mail when a worker is back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from db.embedded import EmbeddedServer
from flows.local.prefect_server import PrefectServer, prefect_server
from flows.settings.names import variable
from tests.fixtures.prefect import wait_until
from tests.fixtures.proofs import Proof
from tests.flows.test_notices import TO, mail_server, webhook
from tests.proofs.one_night import night_stage
from tests.proofs.under_prefect import UnderPrefect, kill_together, under_prefect

WITHIN = 120
"""Seconds from the kill until it is told of."""

SLOW = 2.0
"""Seconds that the registry takes for an answer: a refresh runs long enough to be killed in."""

BEATS_ONCE = 35
"""Seconds after which a run has sent more than its first heartbeat."""


@pytest.mark.parametrize("server_dies", [False, True], ids=["worker and runs", "worker, runs and server"])
def test_what_dies_with_its_worker_is_told_of_by_webhook_and_when_a_worker_is_back_by_mail(
    postgres_server: EmbeddedServer,
    migrated_template: str,
    prefect_home: Callable[[Path], Path],
    tmp_path: Path,
    proof: Proof,
    full_size_alone: None,
    server_dies: bool,
) -> None:
    """One run that runs and one that is about to begin, killed at once; the server is begun anew where it dies, too."""
    prefect_home(tmp_path)
    with ExitStack() as stack:
        got, address = stack.enter_context(webhook())
        mailbox, port = stack.enter_context(mail_server())
        place = stack.enter_context(night_stage(postgres_server, migrated_template, 300, latency=SLOW))
        night = stack.enter_context(place.night())
        told = {"notify_webhook_url": address, "notify_email_to": TO, "smtp_url": f"smtp://127.0.0.1:{port}"}

        def with_notices(server: PrefectServer) -> UnderPrefect:
            prefect = stack.enter_context(under_prefect(tmp_path / "data", server, night))
            with (tmp_path / "data" / ".env").open("a") as file:
                file.writelines(f"{variable(name)}={value}\n" for name, value in told.items())
            return prefect

        def told_of(prefect: UnderPrefect) -> float:
            seconds = _is_told(prefect, runs, got, killed)
            with prefect.worker():
                assert wait_until(lambda: len(mailbox.mails) == len(runs), 120), mailbox.mails
            return seconds

        with prefect_server(tmp_path) as server:
            prefect = with_notices(server)
            deployed = prefect.patronsync("deploy")
            assert deployed.returncode == 0, deployed.stdout + deployed.stderr
            with prefect.worker() as worker:
                running = prefect.press_run()
                assert wait_until(lambda: prefect.state(running) == "Running", 60), prefect.state(running)
                time.sleep(0 if server_dies else BEATS_ONCE)
                pending = prefect.press_run("retention-cleanup")
                assert wait_until(lambda: prefect.state(pending) in ("Pending", "Submitting"), 60)
                assert kill_together(worker) >= 3
                runs, killed = (running, pending), time.monotonic()
            if server_dies:
                os.killpg(server.running.pid, signal.SIGKILL)
                assert wait_until(lambda: not server.running.is_alive())
            else:
                seconds = told_of(prefect)
        if server_dies:
            with prefect_server(tmp_path) as server:
                seconds = told_of(with_notices(server))
        assert all("is Crashed" in mail["Subject"] for mail in mailbox.mails)
        assert len(got) == len(runs), "each is told of once"
    proof.tell(
        f"a run that ran and one about to begin: told of by webhook {seconds:.0f} s after the kill, later by mail"
    )


def _is_told(prefect: UnderPrefect, runs: tuple[str, ...], got: list[object], killed: float) -> float:
    """Seconds after the kill until a webhook has told of all of these runs, which Prefect calls crashed by then."""
    left = WITHIN - (time.monotonic() - killed)
    assert wait_until(lambda: len(got) == len(runs), left), (got, [prefect.state(run) for run in runs])
    assert [prefect.state(run) for run in runs] == ["Crashed"] * len(runs)
    return time.monotonic() - killed
