"""The demo registry as a server on the loopback interface: in a thread for tests, or as a process.

    with DemoRegistry(build_people(500, SEED, today)) as demo:
        client = open_client(RegistryConfig(url=demo.url))

It never listens on another interface: its people are made up, but nobody else needs to know them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import date
from types import TracebackType
from typing import Any, TypeVar

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.ageing import AgeingLog
from cpr_client.demo.certificates import ServerTls
from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.mischief import Kind
from cpr_client.demo.persons_file import read_person
from cpr_client.demo.registry import Registry
from cpr_client.demo.service import PATH, Service
from cpr_client.demo.wire import Wire

T = TypeVar("T")

_LONGEST_WAIT = 60.0
"""Seconds: for the start, for an ageing of very many people, and for the end."""


class Listener:
    """Service and wire together, listening while an event loop runs."""

    def __init__(self, service: Service, host: str, port: int, tls: ServerTls | None) -> None:
        if not _is_loopback(host):
            raise ValueError(
                "the demo registry listens on the loopback interface alone: host 127.0.0.1, ::1 or localhost"
            )
        self.service = service
        self.wire = Wire(service.handle)
        self._host = "127.0.0.1" if host == "localhost" else host
        self._wanted_port = port
        self._context = tls.context() if tls is not None else None
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Starts to listen; the port stays the same from then on. Raises `OSError` where it is taken."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self.wire.connection, self._host, self._wanted_port, ssl=self._context, backlog=512
        )
        self._wanted_port = self._server.sockets[0].getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        scheme = "http" if self._context is None else "https"
        self.service.base_url = f"{scheme}://{host}:{self._wanted_port}"

    async def close(self) -> None:
        """Stops listening, and ends every connection at once."""
        if self._server is not None:
            self._server.close()
            self.wire.abort()
            self._server = None
            await asyncio.sleep(0)


class DemoRegistry:
    """The demo registry in a thread of this process, while the `with` block runs.

    `latency`: seconds before each answer. `not_found`: "mixed", or one of the ways in which "not found"
    is written (`cpr_client/demo/soap.py`). `seed` decides which requests a share of mischief strikes.
    Everything may be called from any thread. Raises `ValueError` for a host that is not loopback, `OSError` for
    a port that is taken.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        not_found: str = "mixed",
        seed: int = 0,
        tls: ServerTls | None = None,
    ) -> None:
        self._service = Service(registry, latency, not_found, seed)
        self._listener = Listener(self._service, host, port, tls)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="demo-registry", daemon=True)
        self._ready = threading.Event()
        self._problem: BaseException | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> DemoRegistry:
        self._thread.start()
        self._ready.wait(_LONGEST_WAIT)
        if self._problem is not None:
            raise self._problem
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        self._thread.join(_LONGEST_WAIT)

    def __repr__(self) -> str:
        return f"<DemoRegistry {self.url or 'not started'}>"

    @property
    def url(self) -> str:
        """The endpoint of version 5."""
        return self.url_for("5")

    def url_for(self, version: str) -> str:
        """The endpoint of "4" or "5"; empty before the start."""
        return f"{self._service.base_url}{PATH}{version}" if self._service.base_url else ""

    @property
    def control_url(self) -> str:
        """Where another process may tell it what to do, with `token`."""
        return f"{self._service.base_url}/control"

    @property
    def token(self) -> str:
        """The token for `control_url` (header `Authorization: Bearer TOKEN`)."""
        return self._service.token

    @property
    def registry(self) -> Registry:
        """The people. Change them by `set_person`, `forget` and `advance` while it runs."""
        return self._service.registry

    @property
    def asked(self) -> Counter[CprNumber]:
        """How often each number was asked for so far, answered or not: questions that are right by the contract."""
        return self._in_loop(self._service.asked.copy)

    def forget_asked(self) -> None:
        """Counts from zero again."""
        self._in_loop(self._service.asked.clear)

    @property
    def struck(self) -> Counter[str]:
        """How often each kind of mischief struck so far."""
        return self._in_loop(self._service.mischief.struck.copy)

    @property
    def most_at_once(self) -> int:
        """The most requests that were in hand together (tells something where there is latency)."""
        return self._listener.wire.most_at_once

    @property
    def latency(self) -> float:
        """Seconds before each answer; may be set while it runs."""
        return self._service.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._service.latency = seconds

    def advance(self, to_day: date, seed: int = 0) -> AgeingLog:
        """Moves the registry on to a later day and returns what happened. Raises `ValueError` for a day gone by."""
        return self._in_loop(lambda: self._service.advance(to_day, seed))

    def set_person(self, person: DemoPerson | dict[str, Any]) -> DemoPerson:
        """Puts a person in place, given as such or by the keys of a persons file. Raises `PersonsFileError`."""
        ready = person if isinstance(person, DemoPerson) else read_person(person)
        self._in_loop(lambda: self.registry.put(ready))
        return ready

    def forget(self, number: CprNumber) -> None:
        """The registry knows no such person any more."""
        self._in_loop(lambda: self.registry.remove(number))

    def fail(self, kind: Kind, times: int | None = None, **how: Any) -> None:
        """Misbehaves from now on, for good or `times` times (see `cpr_client/demo/mischief.py`).

        `how` may hold `share`, `numbers`, `seconds`, `code`, `text`, `body`, `content_type`, `status`.
        Raises `ValueError` for an unknown kind or share, `TypeError` for anything else in `how`.
        """
        self._in_loop(lambda: self._service.fail(kind, times, **how))

    def behave(self) -> None:
        """Ends all misbehaviour, but not `down`."""
        self._in_loop(self._service.mischief.end)

    def down(self) -> None:
        """Stops listening: connections are refused, open ones end."""
        self._await(self._listener.close)

    def up(self) -> None:
        """Listens again, on the same port."""
        self._await(self._listener.open)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._problem = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        await self._listener.open()
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._stop.wait()
        await self._listener.close()

    def _in_loop(self, do: Callable[[], T]) -> T:
        """Does something between two requests; at once where the server does not run."""

        async def done() -> T:
            return do()

        return self._await(done) if self._thread.is_alive() else do()

    def _await(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if self._loop is None or not self._thread.is_alive():
            raise RuntimeError("the demo registry does not run: use it in a with statement")
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(_LONGEST_WAIT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
