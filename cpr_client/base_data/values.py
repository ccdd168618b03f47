"""Single values of an answer: parts by name, texts, codes, numbers, dates.

All raise `MalformedAnswer` that names the element, never its value. A blank element is an absent one:
it is how some SOAP servers write "nothing".
"""

from __future__ import annotations

import re
from datetime import date

from cpr_client.base_data import contract
from cpr_client.base_data.envelope import Element
from cpr_client.cpr_number import CprNumber
from cpr_client.errors import MalformedAnswer
from cpr_client.person import UncertainDate

Parts = dict[str, Element | str | None]
"""What stands directly under an element, by name without namespace: the text where it is a value, the
element where it holds elements, None where it is empty."""

_NAMES = {
    namespace: {f"{{{namespace}}}{name}": name for name in contract.answer_elements(version)}
    for version, namespace in contract.NAMESPACES.items()
}
_NAMES_BESIDE = {tag: names for names in _NAMES.values() for tag in names}
"""Tag of an element -> the tags that may stand in it: those of its own version."""
_EVERY_NAME = frozenset(name for names in _NAMES.values() for name in names.values())
_MANY = frozenset({"barn", "foraeldremyndighed", "adresseHistorik", "notater"})
"""What may be repeated, of the elements that stand directly in a part that is read."""

_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?:[01][0-9]|2[0-4]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NUMBER = re.compile(r"[0-9]{10}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NO_NUMBER = "0000000000"


def parts_of(parent: Element) -> Parts:
    """What stands directly under `parent`. Elements that the contract does not have are passed over.

    Raises for one that is repeated where the contract allows one, and for one of the contract's that
    stands in another namespace than its parent: passing over that would lose it in silence.
    """
    parts: Parts = {}
    name_of = _NAMES_BESIDE[parent.tag].get
    for child in parent:
        tag = child.tag
        name = name_of(tag)
        if name is None:
            _refuse_disguise(tag, parent.tag)
        elif name in parts and name not in _MANY:
            raise MalformedAnswer(name, "is repeated")
        else:
            parts[name] = child if len(child) else child.text
    return parts


def _refuse_disguise(tag: str, parent_tag: str) -> None:
    namespace, _, name = tag.rpartition("}")
    if name in _EVERY_NAME and namespace != parent_tag.rpartition("}")[0]:
        raise MalformedAnswer(name, "stands in another namespace than the answer")


def part(parts: Parts, name: str) -> Parts:
    """The parts of the part `name`; none where it is missing or empty."""
    held = parts.get(name)
    if held is None:
        return {}
    if isinstance(held, str):
        if held.strip():
            raise MalformedAnswer(name, "holds text where elements belong")
        return {}
    return parts_of(held)


def _raw(parts: Parts, name: str) -> str | None:
    """The text as it stands, None where there is no element or no text: most answers lack most elements."""
    held = parts.get(name)
    if held is None or isinstance(held, str):
        return held
    raise MalformedAnswer(name, "holds elements where a value belongs")


def text(parts: Parts, name: str) -> str | None:
    """White space and control characters made one space, None where nothing is left."""
    written = _raw(parts, name)
    if written is None:
        return None
    if written.isprintable():  # so its only white space are spaces
        if "  " not in written:
            return written.strip() or None
    else:
        written = _CONTROL.sub(" ", written)
    return " ".join(written.split()) or None


def lines(parts: Parts, names: tuple[str, ...]) -> tuple[str, ...]:
    """The texts of `names` in that order, without the empty ones."""
    return tuple(line for name in names if name in parts and (line := text(parts, name)) is not None)


def code(parts: Parts, name: str, where: str) -> int | None:
    """A register code, with or without leading zeros."""
    written = _raw(parts, name)
    if written is None or not (written := written.strip()):
        return None
    digits = written.removeprefix("+")
    if not (digits.isdecimal() and digits.isascii() and len(digits) < 10):
        raise MalformedAnswer(f"{where}/{name}", "is no code")
    return int(digits)


def cpr_number(parts: Parts, name: str, where: str) -> CprNumber | None:
    """A CPR number; None where blank or all zeros, as the registry writes "not known"."""
    written = _raw(parts, name)
    if written is None or not (written := written.strip()) or written == _NO_NUMBER:
        return None
    if not is_cpr_number(written):
        raise MalformedAnswer(f"{where}/{name}", "is no CPR number")
    return CprNumber(written)


def is_cpr_number(written: str) -> bool:
    """True for ten digits that are not all zeros."""
    return _NUMBER.fullmatch(written) is not None and written != _NO_NUMBER


def day(parts: Parts, name: str, where: str) -> date | None:
    """The calendar date as written: a time and a zone offset may stand there, and move nothing."""
    written = _raw(parts, name)
    if written is None or not (written := written.strip()):
        return None
    # Nearly all are written plainly; `fromisoformat` itself would take weeks, too, and dates without hyphens.
    plain = len(written) == 10 and written[4] == written[7] == "-"
    match = None if plain else _DATE.fullmatch(written)
    if plain or match is not None:
        try:
            return date.fromisoformat(written if match is None else match[1])
        except ValueError:
            pass
    raise MalformedAnswer(f"{where}/{name}", "is no date of the calendar")


def uncertain_day(parts: Parts, name: str) -> UncertainDate | None:
    """A date with the registry's mark: anything but blank means that the date is uncertain."""
    if name not in parts:
        return None
    marked = part(parts, name)
    written = day(marked, "dato", name)
    if written is None:
        return None
    return UncertainDate(written, text(marked, "usikkerhedsmarkering") is not None)
