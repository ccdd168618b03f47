"""The contract as zeep loads it, our own once in a process: it writes the request and reads the faults."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import zeep
import zeep.exceptions

from cpr_client.base_data.contract import NAMESPACES, OPERATION, wsdl_file
from cpr_client.connection import SETTING
from cpr_client.errors import ConfigurationError


class ContractFiles(zeep.Transport):
    """Reads WSDL and schema files from the disk for zeep, and sends nothing.

    zeep's own transport would fetch what a file refers to from the internet, and writes every body
    that it sends or gets to the log at DEBUG.
    """

    def load(self, url: str) -> bytes:
        """The bytes of a local file. Raises `ConfigurationError` for anything that is none."""
        if urlsplit(url).scheme not in ("", "file"):
            raise ConfigurationError(
                f"{SETTING}WSDL: refers to a file elsewhere; all its parts must lie on this machine"
            )
        return Path(urlsplit(url).path).read_bytes()

    def post(self, *_: object) -> NoReturn:
        """Never called: look-ups go through cpr_client/exchange.py."""
        raise RuntimeError("look-ups do not go through zeep's transport")

    get = post_xml = post


def load(version: str, wsdl: Path | None = None) -> Any:
    """zeep's client for the contract: `wsdl` where given, else our own file of `version`.

    A copy downloaded from the provider works as it stands, although its schema of types lacks an import
    (docs/reference/registry.md): zeep finds the names through the schema that includes it.
    Raises `ConfigurationError` that names the setting where the file can't be used.
    """
    return _loaded(version, wsdl) if wsdl else _ours(version)


@cache
def _ours(version: str) -> Any:
    return _loaded(version, wsdl_file(version))


def _loaded(version: str, wsdl: Path) -> Any:
    _keep_bodies_out_of_the_log()
    settings = zeep.Settings(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        transport = ContractFiles()  # type: ignore[no-untyped-call]
        client: Any = zeep.Client(  # type: ignore[no-untyped-call]
            str(wsdl), transport=transport, settings=settings
        )
        client.get_element(f"{{{NAMESPACES[version]}}}PersonLookupRequest")
        client.service._binding.get(OPERATION)
    except ConfigurationError:
        raise
    except OSError as problem:
        raise ConfigurationError(f"{SETTING}WSDL: a file of it can't be read ({problem.strerror})") from None
    except (zeep.exceptions.Error, KeyError, ValueError, AttributeError):
        raise ConfigurationError(
            f"{SETTING}WSDL: is no WSDL of PersonBaseDataExtended version {version} (see {SETTING}VERSION)"
        ) from None
    return client


def _keep_bodies_out_of_the_log() -> None:
    """zeep quotes bodies at DEBUG, and values that it can't read at ERROR."""
    for name in ("zeep.transports", "zeep.wsdl.bindings", "zeep.xsd"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
