"""What can go wrong with a look-up, by who must act.

    RegistryError
      PersonNotFound            nobody: the registry knows no such person
      TryAgainLater             wait, then ask again (retried within an overall deadline)
        RegistryTimeout           no answer in time
        RegistryUnavailable       refused, reset, cut off, 5xx without a fault of the contract
        RegistryBusy              429 or 503; `retry_after` seconds where the registry says so
      RegistryDown              the breaker is open: nothing is sent; `last` is what it opened on
      OperatorMustAct           asking again does not help: a setting or an agreement is wrong
        CertificateProblem        TLS: the certificate, its key or the trusted roots
        RequestRefused            a fault that is not "not found", or HTTP 401/403
        ConfigurationError        a setting that can't be used at all
      SupplierMustAct           the answer can't be used
        MalformedAnswer           `element` names what can't be read, never its value
        MismatchedAnswer          the answer is about another number than the one asked for

No message holds anything out of a request or an answer but fault codes and element names, and
the errors are raised `from None`, so that no traceback quotes a body.
"""

from __future__ import annotations


class RegistryError(Exception):
    """Base of all; `code` is a short stable word for counting (no personal data).

    `reached`: false where there was not even a connection, whomever the question was about.
    """

    code = "registry error"
    reached = True


class PersonNotFound(RegistryError):
    """The registry knows no person with this number."""

    code = "not found"

    def __init__(self) -> None:
        super().__init__("the registry knows no person with this number")


class TryAgainLater(RegistryError):
    """A passing trouble: the same question may be asked again."""

    code = "unavailable"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RegistryTimeout(TryAgainLater):
    """No connection or no answer within the time-out."""

    code = "timeout"


class RegistryUnavailable(TryAgainLater):
    """Connection refused, reset or cut off, or an HTTP 5xx that is no fault of the contract."""

    code = "unavailable"


class RegistryBusy(TryAgainLater):
    """HTTP 429 or 503: the registry asks for patience."""

    code = "busy"


class RegistryDown(RegistryError):
    """The registry as a whole does not answer, or refuses us: nothing is sent for the time being."""

    code = "registry down"

    def __init__(self, last: RegistryError) -> None:
        super().__init__(f"the registry as a whole is not asked any more: {last}")
        self.last = last


class OperatorMustAct(RegistryError):
    """Asking again does not help until an operator has changed something."""

    code = "operator must act"


class CertificateProblem(OperatorMustAct):
    """TLS failed: the message names the setting to look at."""

    code = "certificate"


class RequestRefused(OperatorMustAct):
    """The registry refuses the request; `fault_codes` are the fault's own codes."""

    code = "refused"

    def __init__(self, message: str, fault_codes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.fault_codes = fault_codes


class ConfigurationError(OperatorMustAct):
    """A setting that can't be used: the message names it and says what it should be."""

    code = "configuration"


class SupplierMustAct(RegistryError):
    """The answer can't be used; what the library has stays as it is.

    `detail` says where and how in a few words, each way of being wrong in others; never a value.
    """

    code = "supplier must act"
    detail = ""


class MalformedAnswer(SupplierMustAct):
    """The answer can't be read; `element` names where, never the value that stood there."""

    code = "malformed"

    def __init__(self, element: str, problem: str = "can't be read") -> None:
        self.detail = f"{element} {problem}"
        super().__init__(f"malformed answer: {self.detail}")
        self.element = element
        self.problem = problem


class MismatchedAnswer(SupplierMustAct):
    """The answer is about another number than the one asked for."""

    code = "mismatched"
    detail = "persondata/personnummer is another number than the one asked for"

    def __init__(self) -> None:
        super().__init__("the answer is about another number than the one asked for")
