"""Answers made from our schema: anything optional may be missing, values are as odd as the contract allows.

    valid_answers(version)      valid by the contract
    wild_answers(version)       the same with elements lost, doubled, renamed, moved, or filled with something else

hypothesis draws a seed and how full the answer is; the answer follows from these, so that one of a
hundred elements is made in a millisecond, and a failure can be played again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random

from hypothesis import strategies as st
from lxml import etree

from cpr_client.base_data import contract
from tests.cpr_client.samples import NUMBER

XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = f"{{{contract.SOAP_ENVELOPE}}}"
UUID = "4925d7a0-1b5b-11ec-bdc6-b312b83236d4"

TEXTS = [
    *("", " ", "\n\t ", "Anna", "c/o  Berg", " Æble\r\nGade ", "\u0085x\u009f", "\u007f", "Anna\u00a0Berg", "\u2028"),
    *("Æ" * 500, "&<>'\"", "e\u0301\u202e", "🙂", "\ud7ff\ue000", "012A", "0000000000", "]]>", "<!--"),
]
ZONES = ["", "Z", "+01:00", "+02:00", "-11:00", "+14:00"]
TIMES = ["00:00:00", "23:59:59.999", "12:30:00.1", "00:00:00.000"]
NUMBERS = [NUMBER.digits, "0102035678", "0000000000", "", " ", "1", "010203567A", "0102-35678"]
JUNK = [
    *TEXTS,
    *("2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "-1", "+1", "true", "TRUE", "1e3", "²", "٣"),
    *("0102031234", "0102035678", "2026-05-04T00:00:00", "2026-05-04Z+", "99999999999999999999"),
]
SURE = frozenset({"persondata", "personnummer", "status", "adresse", "relationer"})
"""What decides most of what is read: there more often than the rest."""


def _day(draw: Random) -> str:
    return (date(1, 1, 1) + timedelta(days=draw.randrange(3_652_059))).isoformat()


VALUES: dict[str, Callable[[Random], str]] = {
    "xsd:string": lambda draw: draw.choice(TEXTS),
    "xsd:boolean": lambda draw: draw.choice(["true", "false", "1", "0"]),
    "xsd:integer": lambda draw: draw.choice([str(draw.randint(-5, 10**10)), f"{draw.randrange(9999):05d}", "+851"]),
    "xsd:date": lambda draw: _day(draw) + draw.choice(ZONES),
    "xsd:dateTime": lambda draw: f"{_day(draw)}T{draw.choice(TIMES)}{draw.choice(ZONES)}",
    "cpr:CprNumber": lambda draw: draw.choice(NUMBERS),
}


@cache
def _declarations(version: str) -> dict[str, etree._Element]:
    own = contract.schema_file(version)
    files = (own, own.parent.parent / "common" / "answer_parts.xsd")
    return {
        child.get("name"): child for file in files for child in etree.parse(str(file)).getroot() if child.get("name")
    }


class _Maker:
    def __init__(self, version: str, seed: int, fullness: float) -> None:
        self._declared = _declarations(version)
        self._namespace = f"{{{contract.NAMESPACES[version]}}}"
        self.draw = Random(seed)
        self._fullness = fullness

    def element(self, declaration: etree._Element) -> etree._Element:
        made = etree.Element(self._namespace + declaration.get("name"))
        reference = declaration.get("type")
        if reference in VALUES:
            made.text = VALUES[reference](self.draw)
            if declaration.get("name") == "personnummer" and self.draw.random() < 0.9:
                made.text = NUMBER.digits
            return made
        kind = declaration[0] if reference is None else self._declared[reference]
        if kind.tag == f"{XSD}complexType":
            made.extend(self._group(kind[0]))
        else:
            made.text = self.draw.choice([value.get("value") for value in kind.iter(f"{XSD}enumeration")] or [UUID])
        return made

    def _group(self, group: etree._Element) -> list[etree._Element]:
        parts = [self.draw.choice(list(group))] if group.tag == f"{XSD}choice" else list(group)
        return [
            one for part in parts for one in (self._some(part) if part.tag == f"{XSD}element" else self._group(part))
        ]

    def _some(self, declaration: etree._Element) -> list[etree._Element]:
        many = declaration.get("maxOccurs") == "unbounded"
        times = self.draw.randint(1, 3) if many else 1
        share = 0.95 if declaration.get("name") in SURE else self._fullness
        if declaration.get("minOccurs") == "0" and self.draw.random() > share:
            return []
        return [self.element(declaration) for _ in range(times)]

    def answer(self) -> etree._Element:
        return self.element(self._declared["PersonLookupResponse"])


def _makers(version: str) -> st.SearchStrategy[_Maker]:
    return st.builds(_Maker, st.just(version), st.integers(0, 2**40), st.sampled_from([0.0, 0.2, 0.6, 1.0]))


def valid_answers(version: str) -> st.SearchStrategy[etree._Element]:
    """PersonLookupResponse elements, valid by the contract."""
    return _makers(version).map(_Maker.answer)


def wild_answers(version: str) -> st.SearchStrategy[etree._Element]:
    """PersonLookupResponse elements to which up to four mishaps have come."""
    return _makers(version).map(_struck)


def _struck(maker: _Maker) -> etree._Element:
    answer = maker.answer()
    for _ in range(maker.draw.randint(1, 4)):
        inner = [one for one in answer.iter() if one is not answer]
        if inner:
            maker.draw.choice(MISHAPS)(maker.draw.choice(inner), maker.draw.choice(JUNK))
    return answer


def _lose(one: etree._Element, _: str) -> None:
    one.getparent().remove(one)


def _double(one: etree._Element, _: str) -> None:
    one.addnext(copy.deepcopy(one))


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


MISHAPS = [_lose, _double, _refill, _refill, _fill_around, _rename, _expatriate, _move_up]


def envelope(answer: etree._Element) -> bytes:
    """The SOAP message that carries an answer."""
    message = etree.Element(f"{SOAP}Envelope")
    etree.SubElement(message, f"{SOAP}Body").append(answer)
    return etree.tostring(message, encoding="utf-8", xml_declaration=True)
