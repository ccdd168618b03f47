"""The question: built once by zeep from the contract, then a prefix, ten digits and a suffix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from cpr_client.base_data.contract import OPERATION
from cpr_client.connection import AuthorityContext, InvocationContext
from cpr_client.cpr_number import CprNumber

_PLACE = "THE NUMBER"
"""Ten characters, as many as a CPR number, that stand where it goes."""


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """An envelope with a gap for the number, and the headers that go with every one of them."""

    prefix: bytes
    suffix: bytes
    headers: dict[str, str]

    def body(self, number: CprNumber) -> bytes:
        """The envelope that asks for `number`, which must be one of ten digits."""
        return self.prefix + number.digits.encode("ascii") + self.suffix


def build(client: Any, context: InvocationContext | AuthorityContext | None) -> Question:
    """Lets zeep write the request for `context` and cuts it at the number. `client` is `zeep_contract.load`'s."""
    envelope = client.create_message(client.service, OPERATION, PNR=_PLACE, **_identification(context))
    written = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    prefix, suffix = written.split(_PLACE.encode("ascii"))
    action = client.service._binding.get(OPERATION).soapaction
    return Question(
        prefix,
        suffix,
        {
            "Content-Type": "text/xml; charset=utf-8",
            "Content-Length": str(len(written)),
            "SOAPAction": f'"{action}"',
            "User-Agent": "patronsync",
        },
    )


def _identification(context: InvocationContext | AuthorityContext | None) -> dict[str, dict[str, str]]:
    if isinstance(context, InvocationContext):
        return {
            "InvocationContext": {
                "ServiceAgreementUUID": context.service_agreement_uuid,
                "UserSystemUUID": context.user_system_uuid,
                "UserUUID": context.user_uuid,
                "ServiceUUID": context.service_uuid,
            }
        }
    if isinstance(context, AuthorityContext):
        return {"AuthorityContext": {"MunicipalityCVR": context.municipality_cvr}}
    return {}
