"""Our contract files against the published ones, element by element; and the user's own copy of these.

Type names do not go over the wire, so that ours are our own: what is compared is what an element holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from cpr_client import ConfigurationError, RegistryConfig, open_client
from cpr_client.base_data import contract, zeep_contract
from tests.cpr_client.demo.published import published_schema

XSD = "{http://www.w3.org/2001/XMLSchema}"
UUID = "4925d7a0-1b5b-11ec-bdc6-b312b83236d4"
MESSAGES = ["PersonLookupRequest", "PersonLookupResponse"]


class Schema:
    """The declarations of a schema file and of all that it includes or imports, by kind and name."""

    def __init__(self, file: Path) -> None:
        self._declared: dict[tuple[str, str, str], etree._Element] = {}
        self._load(file, None, set())

    def _load(self, file: Path, namespace: str | None, seen: set[tuple[Path, str]]) -> None:
        root = etree.parse(str(file)).getroot()
        target = root.get("targetNamespace") or namespace or ""
        if (file, target) in seen:
            return
        seen.add((file, target))
        for child in root.iterchildren(f"{XSD}element", f"{XSD}complexType", f"{XSD}simpleType"):
            child.set("home", target)
            self._declared["element" if child.tag == f"{XSD}element" else "type", target, child.get("name")] = child
        for child in root.iterchildren(f"{XSD}include", f"{XSD}import"):
            other = file.parent / child.get("schemaLocation")
            self._load(other.resolve(), target if child.tag == f"{XSD}include" else None, seen)

    def element(self, namespace: str, name: str) -> Any:
        """What the element holds, as plain values that can be compared."""
        return self._held(self._declared["element", namespace, name])

    def _held(self, element: etree._Element) -> Any:
        reference = element.get("type")
        if reference is None:
            return self._type(next(element.iterchildren(f"{XSD}complexType", f"{XSD}simpleType")))
        return self._named(element, reference)

    def _named(self, where: etree._Element, reference: str) -> Any:
        prefix, _, name = reference.rpartition(":")
        namespace = where.nsmap.get(prefix or None)
        if namespace == XSD[1:-1]:
            return name
        return self._type(self._declared["type", namespace or self._home(where), name])

    def _type(self, kind: etree._Element) -> Any:
        group = next(kind.iterchildren(f"{XSD}sequence", f"{XSD}all", f"{XSD}choice"), None)
        if group is not None:
            return self._group(group)
        restriction = kind.find(f"{XSD}restriction")
        facets = {
            (facet.tag.removeprefix(XSD), "" if facet.tag == f"{XSD}pattern" else facet.get("value"))
            for facet in restriction
            if facet.tag != f"{XSD}annotation"
        }
        base = self._named(restriction, restriction.get("base"))
        return (base[0], base[1] | facets) if isinstance(base, tuple) else (base, facets) if facets else base

    def _group(self, group: etree._Element) -> list[Any]:
        parts = []
        for part in group.iterchildren(f"{XSD}element", f"{XSD}sequence", f"{XSD}choice"):
            occurs = (part.get("minOccurs", "1"), part.get("maxOccurs", "1"))
            if part.tag != f"{XSD}element":
                parts.append(("", *occurs, self._group(part)))
            elif part.get("ref"):
                prefix, _, name = part.get("ref").rpartition(":")
                namespace = part.nsmap.get(prefix or None) or self._home(part)
                held = self._held(self._declared["element", namespace, name])
                parts.append((f"{{{namespace}}}{name}", *occurs, held))
            else:
                parts.append((f"{{{self._home(part)}}}{part.get('name')}", *occurs, self._held(part)))
        return [group.tag.removeprefix(XSD), parts]

    @staticmethod
    def _home(where: etree._Element) -> str:
        return next(ancestor.get("home") for ancestor in [where, *where.iterancestors()] if ancestor.get("home"))


@pytest.fixture(params=contract.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def published(version: str, tmp_path: Path) -> Path:
    """A copy of the published contract, with the import that it lacks."""
    published_schema(version, tmp_path)
    return tmp_path / f"published-{version}"


@pytest.mark.parametrize("message", MESSAGES)
def test_question_and_answer_are_the_published_ones_element_by_element(version, published, message):
    ours = Schema(contract.schema_file(version)).element(contract.NAMESPACES[version], message)
    theirs = Schema(published / "PersonBaseDataExtendedServiceMsg.xsd").element(contract.NAMESPACES[version], message)
    assert ours == theirs
    assert len(str(ours)) > 500


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ('name="vejkode" type="xsd:integer"', 'name="vejkode" type="xsd:string"'),
        ('name="vejkode" type="xsd:integer" minOccurs="0"', 'name="vejkode" type="xsd:integer"'),
        ('name="husnummer"', 'name="husnr"'),
        ('<xsd:enumeration value="FULD"/>', ""),
        ('name="alder"', 'name="koen" type="Sex"/><xsd:element name="alder"'),
    ],
)
def test_the_comparison_sees_a_difference(here, there, tmp_path):
    folder = contract.schema_file("5").parent.parent
    for file in folder.glob("*/*.xsd"):
        copy = tmp_path / file.relative_to(folder)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8").replace(here, there), encoding="utf-8")
    message = contract.NAMESPACES["5"], "PersonLookupResponse"
    assert Schema(contract.schema_file("5")).element(*message) == Schema(contract.schema_file("5")).element(*message)
    changed = Schema(tmp_path / "v5" / "person_lookup.xsd").element(*message)
    assert changed != Schema(contract.schema_file("5")).element(*message)


def test_the_fault_s_detail_is_the_published_one(published):
    ours = Schema(contract.fault_schema_file()).element(contract.FAULT, "ServiceplatformFault")
    assert ours == Schema(published / "sp" / "ServiceplatformFault_1.xsd").element(
        contract.FAULT, "ServiceplatformFault"
    )


def test_version_five_is_version_four_and_four_elements(tmp_path):
    new = contract.answer_elements("5") - contract.answer_elements("4")
    assert new == {"DeltBopælMarkering", "DeltBopælStartDato", "VærgemålType", "AdresseUUID"}
    assert contract.answer_elements("4") < contract.answer_elements("5")


@pytest.mark.parametrize(
    ("name", "namespace", "right", "wrong"),
    [
        ("MunicipalityCVR", "AuthorityContext", "12345678", "1234567x"),
        ("ServiceUUID", "InvocationContext", UUID, UUID.upper()),
    ],
)
def test_the_patterns_mean_the_same(version, published, name, namespace, right, wrong):
    uuids = ("ServiceAgreementUUID", "UserSystemUUID", "UserUUID", "ServiceUUID")
    fields = uuids if name == "ServiceUUID" else ("MunicipalityCVR",)
    theirs = etree.XMLSchema(etree.parse(str(published / "PersonBaseDataExtendedServiceMsg.xsd")))
    for value, valid in ((right, True), (wrong, False)):
        inner = "".join(f"<c:{field}>{value}</c:{field}>" for field in fields)
        question = etree.fromstring(
            f'<PersonLookupRequest xmlns="{contract.NAMESPACES[version]}">'
            f'<c:{namespace} xmlns:c="http://serviceplatformen.dk/xml/schemas/{namespace}/1/">{inner}</c:{namespace}>'
            f'<p:PNR xmlns:p="{contract.CPR_NUMBER}">0102031234</p:PNR></PersonLookupRequest>'
        )
        assert contract.schema(version).validate(question) is theirs.validate(question) is valid


def described(client: zeep.Client) -> dict[str, Any]:
    """What a WSDL says goes over the wire."""
    [service] = client.wsdl.services.values()
    [port] = service.ports.values()
    operation = port.binding.get(contract.OPERATION)
    return {
        "operations": sorted(port.binding._operations),
        "action": operation.soapaction,
        "style": operation.style,
        "soap": type(port.binding).__name__,
        "question": operation.input.body.qname,
        "answer": operation.output.body.qname,
        "faults": {name: fault.abstract.parts["error"].element.qname for name, fault in operation.faults.items()},
    }


def test_the_wsdl_is_the_published_one(version, published):
    theirs = published / "wsdl" / "context" / "PersonBaseDataExtendedService.wsdl"
    ours = described(zeep_contract.load(version))
    assert ours == described(zeep_contract.load(version, theirs))
    assert ours["action"] == contract.SOAP_ACTIONS[version]


def test_a_downloaded_copy_serves_as_it_stands(version, tmp_path):
    """The copy misses an import, which zeep gets over; nothing of it is mended here."""
    published_schema(version, tmp_path)
    copy = tmp_path / f"published-{version}"
    types = copy / "xsd" / "PersonBaseDataExtendedServiceTypes.xsd"
    text = types.read_text(encoding="utf-8")
    as_shipped = text.replace(
        next(line for line in text.splitlines() if "PNR_1.xsd" in line), 'elementFormDefault="qualified" version="1.0">'
    )
    types.write_text(as_shipped, encoding="utf-8")
    with pytest.raises(etree.XMLSchemaParseError):
        etree.XMLSchema(etree.parse(str(copy / "PersonBaseDataExtendedServiceMsg.xsd")))
    wsdl = copy / "wsdl" / "context" / "PersonBaseDataExtendedService.wsdl"
    with open_client(RegistryConfig(url="http://127.0.0.1:9/", version=version, wsdl=wsdl)):
        pass


def test_a_wsdl_of_another_version_is_refused():
    wsdl = contract.wsdl_file("4")
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_WSDL: .*PATRONSYNC_REGISTRY_VERSION"):
        open_client(RegistryConfig(url="http://127.0.0.1:9/", version="5", wsdl=wsdl))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<a/>",
        "<!DOCTYPE a><a/>",
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"/>',
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/">'
        '<wsdl:import namespace="urn:x" location="http://127.0.0.1:9/x.wsdl"/></wsdl:definitions>',
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/">'
        '<wsdl:import namespace="urn:x" location="missing.wsdl"/></wsdl:definitions>',
    ],
)
def test_a_file_that_is_no_wsdl_of_ours_is_refused(text, tmp_path):
    wsdl = tmp_path / "own.wsdl"
    wsdl.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_WSDL: ") as refusal:
        open_client(RegistryConfig(url="http://127.0.0.1:9/", wsdl=wsdl))
    assert refusal.value.__cause__ is None


def test_a_missing_wsdl_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"^PATRONSYNC_REGISTRY_WSDL: .*No such file"):
        open_client(RegistryConfig(url="http://127.0.0.1:9/", wsdl=tmp_path / "missing.wsdl"))


def test_zeep_is_never_let_near_the_network():
    with pytest.raises(RuntimeError):
        zeep_contract.ContractFiles().post("http://127.0.0.1:9/", b"", {})
