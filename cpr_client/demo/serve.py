"""The demo registry as a process of its own: what the command `patronsync demo-registry` runs."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cpr_client.demo.certificates import Issued, MadeUpAuthority
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.persons_file import read_persons
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import Listener
from cpr_client.demo.service import PATH, VERSIONS, Service

PEOPLE = 5_000
"""How many made-up people there are where nobody says otherwise."""


@dataclass(frozen=True)
class ServeOptions:
    """What the command `patronsync demo-registry` can be told.

    `people`: how many made-up ones; None: 5,000, or none beside those of a `persons_file`.
    `tls_folder`: serve over mutual TLS; the authority, and a certificate for the client, are written there.
    `stop_with_input`: stop when standard input ends, so that it never outlives the command that started it.
    """

    today: date
    people: int | None = None
    seed: int = SEED
    persons_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    latency: float = 0.0
    not_found: str = "mixed"
    tls_folder: Path | None = None
    stop_with_input: bool = False


@dataclass(frozen=True)
class Announcement:
    """What whoever started the demo registry must know. The token is a secret of this process."""

    url: str
    urls: dict[str, str]
    control_url: str
    token: str
    people: int
    today: date
    root: Path | None = None
    client: Issued | None = None

    def __repr__(self) -> str:
        return f"<Announcement {self.url}>"


def registry_for(options: ServeOptions) -> Registry:
    """The people that the options ask for. Raises `PersonsFileError`."""
    if options.persons_file is None:
        count = PEOPLE if options.people is None else options.people
        return build_people(count, options.seed, options.today)
    persons = read_persons(options.persons_file)
    registry = build_people(options.people, options.seed, options.today) if options.people else Registry(options.today)
    for person in persons:
        registry.put(person)
    return registry


def serve_forever(options: ServeOptions, announce: Callable[[Announcement], None]) -> None:
    """Serves until SIGTERM or SIGINT, in the main thread; `announce` is called once it listens.

    Raises `PersonsFileError` for a bad persons file, `OSError` where the port is taken, `ValueError` for a
    host that is not loopback.
    """
    registry = registry_for(options)
    tls = root = client = None
    if options.tls_folder is not None:
        authority = MadeUpAuthority(options.tls_folder)
        tls, root, client = authority.server_tls(), authority.root, authority.issue("client")
    service = Service(registry, options.latency, options.not_found, options.seed)
    listener = Listener(service, options.host, options.port, tls)

    async def run() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await listener.open()
        urls = {version: f"{service.base_url}{PATH}{version}" for version in VERSIONS}
        announce(
            Announcement(
                urls["5"],
                urls,
                f"{service.base_url}/control",
                service.token,
                len(registry),
                registry.today,
                root,
                client,
            )
        )
        if options.stop_with_input:
            loop.add_reader(sys.stdin.fileno(), _stop_at_end, sys.stdin.fileno(), stop)
        await stop.wait()
        await listener.close()

    gc.freeze()
    asyncio.run(run())


def _stop_at_end(descriptor: int, stop: asyncio.Event) -> None:
    """Reads away what comes on standard input, and stops at its end."""
    if not os.read(descriptor, 4096):
        asyncio.get_running_loop().remove_reader(descriptor)
        stop.set()
