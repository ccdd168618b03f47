"""`patronsync check`: tries everything before the first night, and says what to mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

from flows.cli import exits
from flows.cli.options import Json

if TYPE_CHECKING:
    from flows.observability.health import Finding
    from flows.settings import Settings

_MARKS = {True: ("ok", "green"), None: ("note", "yellow"), False: ("MEND", "bold red")}


def check(as_json: Json = False) -> None:
    """Try settings, database, registry, notices and Prefect for real, and say what to mend. Changes nothing."""
    from flows.cli.output import Output
    from flows.settings import load

    output = Output(as_json)
    findings = []
    for finding in look(load()):
        findings.append(finding)
        mark, style = _MARKS[finding.ok]
        output.say(f"{mark:5} {finding.subject:9} {finding.said}", style=style if finding.ok is not True else None)
        if finding.remedy:
            output.say(f"{'':15} {finding.remedy}")
    wrong = sum(finding.ok is False for finding in findings)
    output.say(f"{wrong} to mend." if wrong else "All is well.")
    output.result(
        {
            "ok": not wrong,
            "findings": [
                {"subject": found.subject, "ok": found.ok, "said": found.said, "remedy": found.remedy}
                for found in findings
            ],
        }
    )
    if wrong:
        raise typer.Exit(exits.FAILED)


def look(settings: Settings) -> Iterator[Finding]:
    """Everything in turn; a part of our own is started for it where none is configured."""
    from db import embedded
    from db.errors import DatabaseProblem
    from db.upgrade import migrate
    from flows import clock
    from flows.errors import UserError
    from flows.local.demo_registry import demo_registry
    from flows.local.deployments import POOL
    from flows.observability import health, trying
    from flows.observability.health import Finding

    yield from health.look_at_settings(settings)
    with ExitStack() as stack:
        try:
            if settings.database_url is None:
                server = stack.enter_context(embedded.running(settings.data_dir, settings.postgres_bin))
                migrate(server.url)
                settings = settings.with_embedded_database(server.url)
            yield from health.look_at_database(settings)
        except DatabaseProblem as problem:
            yield Finding("database", False, problem.message, problem.remedy)
        try:
            if settings.registry_url is None:
                demo = stack.enter_context(demo_registry(settings.data_dir))
                settings = settings.with_demo_registry(demo.url(settings.registry_version))
            well = True
            for finding in health.look_at_registry(settings, clock.today()):
                well = well and finding.ok is not False
                yield finding
            if well:
                yield from trying.look_up_test_number(settings)
        except UserError as error:
            yield Finding("registry", False, error.message, error.remedy)
    yield from trying.look_at_notices(settings)
    if settings.prefect_api_url is None:
        yield from _look_at_our_prefect(settings)
    else:
        auth, key = (settings.prefect.get(f"PREFECT_API_{name}") for name in ("AUTH_STRING", "KEY"))
        yield from health.look_at_prefect(settings.prefect_api_url, auth, key, POOL)


def _look_at_our_prefect(settings: Settings) -> Iterator[Finding]:
    """Where it runs now (`patronsync up`), it is looked at as another one would be."""
    from flows.local.deployments import POOL
    from flows.local.prefect_server import prefect_server, service_of
    from flows.local.shared_process import is_running
    from flows.observability.health import Finding, look_at_prefect

    if not is_running(service_of(settings.data_dir)):
        said = "our own server, which is not running: no night begins by itself"
        yield Finding("Prefect", None, said, "Keep it running: patronsync up. Or name a server in PREFECT_API_URL.")
        return
    with prefect_server(settings.data_dir) as server:
        yield from look_at_prefect(server.api_url, server.password_file.read_text().strip(), None, POOL)
