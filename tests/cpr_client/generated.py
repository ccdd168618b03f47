"""Answers made from our schema by hypothesis: anything optional may be missing, values are as odd as allowed.

valid_answers(version)      valid by the contract
wild_answers(version)       the same with elements lost, doubled, renamed, moved, or filled with something else
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from hypothesis import strategies as st
from lxml import etree

from cpr_client.base_data import contract
from tests.cpr_client.samples import NUMBER

XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = f"{{{contract.SOAP_ENVELOPE}}}"

_letters = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"), max_size=12)
_texts = _letters.map(lambda text: "".join(c for c in text if c in "\t\n\r" or ord(c) >= 32)) | st.sampled_from(
    ["", " ", "c/o  Berg", "\u0085x\u009f", "Æ" * 500, "&<>'\"", "Anna\u00a0Berg", "e\u0301\u202e"]
)
_zones = st.sampled_from(["", "Z", "+01:00", "+02:00", "-11:00", "+14:00"])
_days = st.dates().map(lambda day: day.isoformat())
_times = st.sampled_from(["00:00:00", "23:59:59.999", "12:30:00.1", "00:00:00.000"])
_numbers = st.one_of(
    st.just(NUMBER.digits), st.just("0000000000"), st.just(""), st.from_regex(r"[0-9]{10}", fullmatch=True)
)
_odd_numbers = _numbers | st.text("0123456789AX-", max_size=10)

VALUES: dict[str, st.SearchStrategy[str]] = {
    "string": _texts,
    "boolean": st.sampled_from(["true", "false", "1", "0"]),
    "integer": st.integers(-5, 10**10).map(str) | st.integers(0, 9999).map(lambda n: f"{n:05d}"),
    "date": st.tuples(_days, _zones).map("".join),
    "dateTime": st.builds("{}T{}{}".format, _days, _times, _zones),
    "number": _odd_numbers,
}

junk = st.one_of(
    _texts,
    st.sampled_from(
        ["2026-02-30", "0001-01-01", "9999-12-31", "-1", "+1", "true", "1e3", "²", "0102031234", "2026-05-04T00:00:00"]
    ),
)


@cache
def _declarations(version: str) -> dict[str, etree._Element]:
    found = {}
    for file in (
        contract.schema_file(version),
        contract.schema_file(version).parent.parent / "common/answer_parts.xsd",
    ):
        for child in etree.parse(str(file)).getroot():
            if child.get("name"):
                found[child.get("name")] = child
    return found


@cache
def element(version: str, declaration: etree._Element) -> st.SearchStrategy[etree._Element]:
    """An element as it is declared."""
    tag = f"{{{contract.NAMESPACES[version]}}}{declaration.get('name')}"
    reference = declaration.get("type")
    if reference == "cpr:CprNumber":
        # The number asked for in most cases, so that what stands behind it is read at all.
        usual = st.just(NUMBER.digits)
        own = declaration.getparent().getparent().get("name") == "PersonData" and "gaeld" not in tag
        return st.builds(_leaf, st.just(tag), (usual | usual | usual | _odd_numbers) if own else _odd_numbers)
    if reference is not None and reference.startswith("xsd:"):
        return st.builds(_leaf, st.just(tag), VALUES[reference.removeprefix("xsd:")])
    kind = _declarations(version)[reference] if reference else declaration[0]
    if kind.tag == f"{XSD}simpleType":
        allowed = [value.get("value") for value in kind.iter(f"{XSD}enumeration")]
        values = st.sampled_from(allowed) if allowed else st.just("4925d7a0-1b5b-11ec-bdc6-b312b83236d4")
        return st.builds(_leaf, st.just(tag), values)
    return st.deferred(lambda: st.builds(_branch, st.just(tag), _group(version, kind[0])))


def _group(version: str, group: etree._Element) -> st.SearchStrategy[list[etree._Element]]:
    if group.tag == f"{XSD}choice":
        return st.one_of(
            [_group(version, part) if part.tag != f"{XSD}element" else _some(version, part) for part in group]
        )
    return st.tuples(*(_some(version, part) for part in group)).map(
        lambda lists: [one for some in lists for one in some]
    )


def _some(version: str, declaration: etree._Element) -> st.SearchStrategy[list[etree._Element]]:
    if declaration.get("maxOccurs") == "unbounded":
        return st.lists(element(version, declaration), max_size=2)
    once = element(version, declaration).map(lambda one: [one])
    if declaration.get("minOccurs") != "0":
        return once
    # What decides most of what is read is there more often than not.
    weight = 6 if declaration.get("name") in ("persondata", "personnummer", "status", "adresse", "relationer") else 1
    return st.integers(0, weight).flatmap(lambda there: once if there else st.just([]))


def _leaf(tag: str, text: str) -> etree._Element:
    made = etree.Element(tag)
    made.text = text or None
    return made


def _branch(tag: str, children: list[etree._Element]) -> etree._Element:
    made = etree.Element(tag)
    made.extend(children)
    return made


def valid_answers(version: str) -> st.SearchStrategy[etree._Element]:
    """PersonLookupResponse elements, valid by the contract."""
    return element(version, _declarations(version)["PersonLookupResponse"])


def _lose(one: etree._Element, _: str) -> None:
    one.getparent().remove(one)


def _double(one: etree._Element, _: str) -> None:
    one.addnext(etree.fromstring(etree.tostring(one)))


def _refill(one: etree._Element, text: str) -> None:
    del one[:]
    one.text = text


def _fill_around(one: etree._Element, text: str) -> None:
    etree.SubElement(one, "x").tail = text


def _rename(one: etree._Element, _: str) -> None:
    one.tag = one.tag + "X"


def _expatriate(one: etree._Element, _: str) -> None:
    one.tag = "{urn:elsewhere}" + one.tag.rpartition("}")[2]


def _move_up(one: etree._Element, _: str) -> None:
    if one.getparent().getparent() is not None:
        one.getparent().addnext(one)


MISHAPS: list[Callable[[etree._Element, str], None]] = [
    _lose,
    _double,
    _refill,
    _refill,
    _fill_around,
    _rename,
    _expatriate,
    _move_up,
]


@st.composite
def wild_answers(draw: st.DrawFn, version: str) -> etree._Element:
    """PersonLookupResponse elements to which up to four mishaps have come."""
    answer = draw(valid_answers(version))
    for _ in range(draw(st.integers(1, 4))):
        inner = [one for one in answer.iter() if one is not answer]
        if inner:
            draw(st.sampled_from(MISHAPS))(draw(st.sampled_from(inner)), draw(junk))
    return answer


def envelope(answer: etree._Element) -> bytes:
    """The SOAP message that carries an answer."""
    message = etree.Element(f"{SOAP}Envelope")
    etree.SubElement(message, f"{SOAP}Body").append(answer)
    return etree.tostring(message, encoding="utf-8", xml_declaration=True)
