"""A client for Denmark's civil registry (CPR): PersonBaseDataExtended 4 and 5 under context security.

    from cpr_client import CprNumber, RegistryConfig, open_client

    with open_client(RegistryConfig(url="https://...", certificate=..., key=..., context=...)) as client:
        person = client.lookup(CprNumber.parse("..."))
        for answer in client.lookup_many((row.id, row.cpr_number) for row in rows):
            ...

This module is the only door: what is not in `__all__` is not for use from outside. The demo registry
(`cpr_client.demo`) has a door of its own. Nothing here knows a database, a workflow or a library.
"""

from cpr_client.certificate import Validity, read_validity, readable_by_others
from cpr_client.connection import AuthorityContext, InvocationContext, RegistryConfig
from cpr_client.cpr_number import CprNumber, InvalidCprNumber
from cpr_client.errors import (
    CertificateProblem,
    ConfigurationError,
    MalformedAnswer,
    MismatchedAnswer,
    OperatorMustAct,
    PersonNotFound,
    RegistryBusy,
    RegistryDown,
    RegistryError,
    RegistryTimeout,
    RegistryUnavailable,
    RequestRefused,
    SupplierMustAct,
    TryAgainLater,
)
from cpr_client.lookup import Answer, RegistryClient, open_client
from cpr_client.person import (
    STATUSES,
    ContactAddress,
    Custody,
    Emigration,
    Name,
    Person,
    Protection,
    Residence,
    UncertainDate,
)

__all__ = [
    "STATUSES",
    "Answer",
    "AuthorityContext",
    "CertificateProblem",
    "ConfigurationError",
    "ContactAddress",
    "CprNumber",
    "Custody",
    "Emigration",
    "InvalidCprNumber",
    "InvocationContext",
    "MalformedAnswer",
    "MismatchedAnswer",
    "Name",
    "OperatorMustAct",
    "Person",
    "PersonNotFound",
    "Protection",
    "RegistryBusy",
    "RegistryClient",
    "RegistryConfig",
    "RegistryDown",
    "RegistryError",
    "RegistryTimeout",
    "RegistryUnavailable",
    "RequestRefused",
    "Residence",
    "SupplierMustAct",
    "TryAgainLater",
    "UncertainDate",
    "Validity",
    "open_client",
    "read_validity",
    "readable_by_others",
]
