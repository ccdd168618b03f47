"""One question and its answer over HTTP: the hot path, and what each way of failing means.

Everything that can be done once is done when the client is opened. After that a look-up is the prebuilt
envelope with the number put in, one prepared request through requests' adapter, and one pass over the
answer's tree.
"""

from __future__ import annotations

import ssl
import threading
import time

import requests
import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ProxyError
from urllib3.exceptions import TimeoutError as AnyTimeout

from cpr_client.base_data import faults, request, zeep_contract
from cpr_client.base_data.answer import read_person
from cpr_client.base_data.envelope import FAULT, content, parse
from cpr_client.certificate import hung_up, tls_problem
from cpr_client.connection import SETTING, RegistryConfig
from cpr_client.cpr_number import CprNumber
from cpr_client.errors import CertificateProblem, MalformedAnswer, RegistryError, RegistryTimeout, RegistryUnavailable
from cpr_client.person import Person
from cpr_client.watch import CutOff
from cpr_client.wire import TOO_SLOW, Wire, causes, read_body, tls_failure

LARGE_ANSWER = 100_000
"""Bytes. Of answers past this one is read at a time: its tree may take thirty times as much, and an honest answer has a
twentieth of it."""


class Exchange:
    """The registry as one opened client sees it; safe to use from many threads at once.

    Raises `ConfigurationError` or `CertificateProblem` where the client can't be opened at all.
    """

    def __init__(self, config: RegistryConfig) -> None:
        config.require_complete()
        self._config = config
        self._contract = zeep_contract.load(config.version, config.wsdl)
        self._question = request.build(self._contract, config.context)
        self._wire = Wire(config)
        self._in_flight = threading.BoundedSemaphore(config.concurrency)
        self._one_large_answer = threading.Lock()
        self._answered = False
        self._unhurried = urllib3.Timeout(connect=config.connect_timeout, read=config.read_timeout)

    def ask(self, number: CprNumber, ends_at: float) -> Person:
        """Asks once. `number` must be ten digits; `ends_at` is on the clock of `time.monotonic`.

        Raises one of cpr_client.errors, none of which holds anything of the question or the answer.
        """
        response, body = self._send("POST", self._question.body(number), ends_at)
        if len(body) <= LARGE_ANSWER:
            return self._understood(response, body, number)
        with self._one_large_answer:
            return self._understood(response, body, number)

    def _understood(self, response: requests.Response, body: bytes, number: CprNumber) -> Person:
        if response.status_code != 200:
            raise faults.error_of(self._contract, response.status_code, response.headers, body)
        held = content(parse(body))
        if held.tag == FAULT:
            raise faults.fault_error(self._contract, held)
        return read_person(held, number)

    def knock(self, ends_at: float) -> int:
        """The HTTP status of a plain GET: any answer shows that the connection stands. Raises as `ask` does."""
        return self._send("GET", None, ends_at)[0].status_code

    def close(self) -> None:
        """Ends what is under way in other threads, and closes all connections."""
        self._wire.stop()

    def _send(self, method: str, body: bytes | None, ends_at: float) -> tuple[requests.Response, bytes]:
        prepared = requests.PreparedRequest()
        prepared.method = method
        prepared.url = self._config.url
        prepared.headers = self._question.headers if body else {}  # type: ignore[assignment]  # never written to
        prepared.body = body
        if not self._in_flight.acquire(timeout=max(ends_at - time.monotonic(), 0.01)):
            raise RegistryTimeout("no turn within the deadline: other look-ups hold every connection")
        failure: RegistryError
        patience = self._patience(ends_at)
        try:
            # requests takes urllib3's own Timeout as it is; its stubs do not say so.
            with self._wire.watch.until(ends_at):
                response = self._wire.send(prepared, stream=True, timeout=patience)  # type: ignore[arg-type]
                self._answered = True
                return response, read_body(response, ends_at)
        except CutOff:
            failure = RegistryTimeout(TOO_SLOW)
        except (requests.RequestException, HTTPError, OSError) as problem:
            failure = self._failure(problem, patience)
        finally:
            self._in_flight.release()
        # Raised out here: the library's own error holds the request, and must not hang on to ours.
        raise failure

    def _patience(self, ends_at: float) -> urllib3.Timeout:
        left = max(ends_at - time.monotonic(), 0.01)
        if left >= self._config.connect_timeout and left >= self._config.read_timeout:
            return self._unhurried
        return urllib3.Timeout(
            connect=min(self._config.connect_timeout, left), read=min(self._config.read_timeout, left)
        )

    def _failure(self, problem: BaseException, patience: urllib3.Timeout) -> RegistryError:
        tls = tls_failure(problem)
        meaning = self._tls_problem(tls) if tls is not None else None
        if meaning is not None:
            return meaning
        kinds = causes(problem)
        if isinstance(problem, requests.exceptions.InvalidHeader):
            return MalformedAnswer("Content-Length", "contradicts itself")
        if any(isinstance(kind, ProxyError) for kind in kinds):
            return _unreached(
                RegistryUnavailable("the proxy does not let us through: look at the environment's HTTPS_PROXY")
            )
        if any(isinstance(kind, NameResolutionError) for kind in kinds):
            return _unreached(RegistryUnavailable(f"the registry's host name can't be resolved: look at {SETTING}URL"))
        if any(isinstance(kind, ConnectionRefusedError) for kind in kinds):
            return _unreached(RegistryUnavailable("the registry refuses connections"))
        if any(isinstance(kind, NewConnectionError) for kind in kinds):
            return _unreached(RegistryUnavailable("the registry can't be reached over the network"))
        if isinstance(problem, requests.exceptions.ConnectTimeout):
            return _unreached(RegistryTimeout(f"no connection within {patience.connect_timeout:.3g} s"))
        if any(isinstance(kind, AnyTimeout | TimeoutError) for kind in kinds):
            return RegistryTimeout(f"no answer within {patience.read_timeout:.3g} s")
        # Once it has answered, our certificate is accepted; before, this may be how it says that it is not.
        refusal = None if self._answered else self._wire.refusal(min(self._config.connect_timeout, 2.0))
        if isinstance(refusal, ssl.SSLError):
            meaning = self._tls_problem(refusal)
        elif refusal is not None:
            meaning = hung_up(certificate_set=self._config.certificate is not None)
        return meaning or RegistryUnavailable("the connection to the registry broke off")

    def _tls_problem(self, failure: ssl.SSLError) -> CertificateProblem | None:
        return tls_problem(failure, certificate_set=self._config.certificate is not None)


def _unreached(error: RegistryError) -> RegistryError:
    error.reached = False
    return error
