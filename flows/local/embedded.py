"""What a command or a flow runs on: the configured servers, and our own where none is configured.

Our own are joined where they run on the data directory, else started; the last one out stops them
(docs/explanation/house.md, "Embedded by default"). They come up side by side.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass

from db import embedded
from db.connect import connect
from db.upgrade import is_current, migrate
from flows.errors import UserError
from flows.local import demo_registry as registry_part
from flows.local import prefect_server as prefect_part
from flows.local.automations import HEARTBEATS
from flows.local.demo_registry import DemoRegistryProcess, demo_registry
from flows.local.prefect_server import PrefectServer, prefect_server
from flows.local.shared_process import stop_unused
from flows.local.starting import Starting, starting
from flows.observability import redaction
from flows.observability.health import prefect_problem
from flows.settings import Settings, current, use

_DELIVERY = 10.0  # seconds

_HARMLESS = ("PREFECT__", "PREFECT_LOGGING_", "PREFECT_FLOWS_", "PREFECT_TASKS_", "PREFECT_WORKER_")
"""Prefect's variables that may be set beside a server of our own; the others could lead to another one."""


@dataclass(frozen=True)
class Parts:
    """The settings with every address filled in, and those parts that are our own (None: configured, or not needed)."""

    settings: Settings
    postgres: embedded.EmbeddedServer | None
    registry: DemoRegistryProcess | None
    prefect: PrefectServer | None


@contextmanager
def environment(
    settings: Settings | None = None,
    *,
    need_registry: bool = False,
    need_prefect: bool = False,
    need_schema: bool = True,
) -> Iterator[Settings]:
    """Joins or starts what is not configured, and yields the settings with the addresses filled in.

    `settings`: those in force where None (`flows.settings.current`). While the block runs they are in force for
    everything in this process, so that a flow called in it finds them. The database is up to date with this program:
    our own is brought there, one that is configured is looked at (but without `need_schema`: for who goes by the
    contract with downstream systems alone, and may see no more). With `need_prefect` the variables of Prefect's client
    are set: enter the block before `prefect` is imported. Within another environment it costs nothing.

    Raises `UserError` or `db.errors.DatabaseProblem` that says what to do.
    """
    needs = {"need_registry": need_registry, "need_prefect": need_prefect, "need_schema": need_schema}
    with parts(settings, **needs) as made:
        yield made.settings


@contextmanager
def parts(
    settings: Settings | None = None,
    *,
    need_registry: bool = False,
    need_prefect: bool = False,
    need_schema: bool = True,
) -> Iterator[Parts]:
    """As `environment`, but tells of our own servers, too: for whoever runs or shows them."""
    redaction.install()
    given = settings or current()
    if need_prefect and given.prefect_api_url is not None:
        _look_at_prefect(given)
    with ExitStack() as stack:
        stack.callback(_stop_what_was_left, given)
        postgres = registry = prefect = None
        if need_prefect and given.prefect_api_url is None:
            prefect = stack.enter_context(starting(lambda give_up: prefect_server(given.data_dir, give_up)))
        if need_registry and given.registry_url is None:
            registry = stack.enter_context(starting(lambda give_up: demo_registry(given.data_dir, give_up)))
        if given.database_url is None:
            postgres = stack.enter_context(starting(lambda give_up: _postgres(given)))
        elif need_schema:
            _look_at_schema(given)
        made = _filled_in(given, postgres, registry, prefect)
        if need_prefect:
            stack.enter_context(_environment_variables(_prefect_variables(made)))
        stack.callback(use, use(made.settings))
        yield made


@contextmanager
def prefect_environment(settings: Settings) -> Iterator[str]:
    """Prefect's part of it alone, without a database: yields the API's address. Enter before `prefect` is imported."""
    with ExitStack() as stack:
        own = stack.enter_context(prefect_server(settings.data_dir)) if settings.prefect_api_url is None else None
        stack.enter_context(_environment_variables(_prefect_variables(Parts(settings, None, None, own))))
        yield own.api_url if own else str(settings.prefect_api_url)


def _stop_what_was_left(settings: Settings) -> None:
    """A killed command may have left servers that this one had no use for."""
    for part in (registry_part, prefect_part):
        stop_unused(part.service_of(settings.data_dir))


def _postgres(settings: Settings) -> AbstractContextManager[embedded.EmbeddedServer]:
    return embedded.running(settings.data_dir, settings.postgres_bin)


def _filled_in(
    given: Settings,
    postgres: Starting[embedded.EmbeddedServer] | None,
    registry: Starting[DemoRegistryProcess] | None,
    prefect: Starting[PrefectServer] | None,
) -> Parts:
    """Waits for what is coming up, the quickest first, and writes its addresses into the settings."""
    settings = given
    server = postgres.ready() if postgres else None
    if server is not None:
        migrate(server.url)
        settings = settings.with_embedded_database(server.url)
    demo = registry.ready() if registry else None
    if demo is not None:
        settings = settings.with_demo_registry(demo.url(given.registry_version))
    own_prefect = prefect.ready() if prefect else None
    return Parts(settings, server, demo, own_prefect)


def _look_at_schema(settings: Settings) -> None:
    """A configured database is brought up to date by its owner's command, not in passing."""
    if settings.is_embedded("database_url"):
        return
    with connect(settings.connection_url) as connection:
        if not is_current(connection):
            raise UserError(
                f"The database {settings.database_host} is not up to date with this patronsync.",
                "Say: patronsync database migrate",
            )


def _look_at_prefect(settings: Settings) -> None:
    """A configured Prefect that is away or turns us away is told in words, and before anything is begun."""
    in_use = {**settings.prefect, **os.environ}
    auth, key = (in_use.get(f"PREFECT_API_{name}") for name in ("AUTH_STRING", "KEY"))
    problem = prefect_problem(in_use["PREFECT_API_URL"], auth, key)
    if problem is not None:
        raise UserError(f"Prefect ({problem.said}).", problem.remedy)


def _prefect_variables(made: Parts) -> dict[str, str | None]:
    """What Prefect's client in this process (and its children) needs; None: must not be set."""
    # A run's own lines go to the API; on the console they would run into what the command says.
    quiet = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR", "DO_NOT_TRACK": "1"}
    if made.prefect is None:
        given = {**quiet, **made.settings.prefect}
        return {**{name: value for name, value in given.items() if name not in os.environ}, **HEARTBEATS}
    diverting = (name for name in os.environ if name.startswith("PREFECT_") and not name.startswith(_HARMLESS))
    return {**dict.fromkeys(diverting), **quiet, **HEARTBEATS, **made.prefect.environment(), **_past_the_proxy()}


def _past_the_proxy() -> dict[str, str]:
    """A proxy that is set for the world outside must not be asked for our own servers."""
    before = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = ",".join(dict.fromkeys([*filter(None, before.split(",")), "127.0.0.1", "localhost"]))
    return {"no_proxy": hosts, "NO_PROXY": hosts}


@contextmanager
def _environment_variables(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Sets them for the block. Where Prefect is imported already it has read its settings, and is told anew."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        with _prefect_told(variables):
            try:
                yield
            finally:
                _deliver()
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _deliver() -> None:
    """Waits until Prefect's client has sent its lines and events, in threads of its own: our server may stop next."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=_DELIVERY)
    EventsWorker.drain_all(timeout=_DELIVERY)


@contextmanager
def _prefect_told(variables: Mapping[str, str | None]) -> Iterator[None]:
    if "prefect" not in sys.modules or not variables:
        yield
        return
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
        temporary_settings,
    )

    told = {
        setting: variables[setting.name]
        for setting in (PREFECT_API_URL, PREFECT_API_AUTH_STRING, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE)
        if setting.name in variables
    }
    with temporary_settings(told) if told else nullcontext():
        yield
