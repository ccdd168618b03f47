"""From the bytes of an answer to what stands in its SOAP body.

Nothing is trusted: no DTD, no entity, no network, bounded depth. Each way in which an answer can be
no answer has a problem of its own, so that an operator can tell a proxy's HTML page from a cut line.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from lxml import etree

from cpr_client.base_data import contract
from cpr_client.errors import MalformedAnswer

Element = etree._Element

_ENVELOPE = f"{{{contract.SOAP_ENVELOPE}}}Envelope"
_BODY = f"{{{contract.SOAP_ENVELOPE}}}Body"
FAULT = f"{{{contract.SOAP_ENVELOPE}}}Fault"
RESPONSES = frozenset(f"{{{namespace}}}PersonLookupResponse" for namespace in contract.NAMESPACES.values())

_HTML = re.compile(rb"\s*(?:<!DOCTYPE\s+html|<html|<head|<body)", re.IGNORECASE)
_ENCODING = (etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING)

_local = threading.local()
"""A parser for each thread: with a shared one they would wait for each other."""


def parse(body: bytes) -> Element:
    """The answer as a tree, its declared encoding honoured. Raises `MalformedAnswer`."""
    # Looked for before parsing, so that no entity is ever expanded; again below for encodings that hide it here.
    if b"<!DOCTYPE" in body or (b"\0" in body[:4] and _holds(body, b"<!DOCTYPE")):
        raise _problem_before_parsing(body)
    parser = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = _new_parser()
    problem = None
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        problem = _syntax_problem(body, error.code)  # type: ignore[attr-defined]  # the stubs lack it
    # Raised out here: the parser's own error quotes the text, and must not hang on to ours.
    if problem is not None:
        raise problem
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        dtd = docinfo.internalDTD
        raise _doctype(dtd is not None and next(dtd.iterentities(), None) is not None)
    return root


def content(root: Element) -> Element:
    """What stands in the envelope's body: a `PersonLookupResponse`, or a `Fault`. Raises `MalformedAnswer`."""
    if root.tag != _ENVELOPE:
        raise _other_than("Envelope", root, "SOAP 1.1's")
    bodies = [part for part in root if part.tag == _BODY]
    if len(bodies) != 1:
        raise MalformedAnswer("Body", "is repeated" if bodies else "is missing")
    held = bodies[0]
    if len(held) != 1:
        raise MalformedAnswer("Body", "holds more than one element" if len(held) else "is empty")
    inner = held[0]
    if inner.tag != FAULT and inner.tag not in RESPONSES:
        raise _other_than("PersonLookupResponse", inner, "the contract's")
    return inner


def namespace_of(element: Element) -> str:
    """The element's namespace as it stands before its name in a tag: `{...}`."""
    return element.tag[: element.tag.index("}") + 1]


def _new_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _problem_before_parsing(body: bytes) -> MalformedAnswer:
    if _HTML.match(body):
        return MalformedAnswer("Envelope", "is missing: the answer is HTML")
    return _doctype(_holds(body, b"<!ENTITY"))


def _holds(body: bytes, word: bytes) -> bool:
    """Whether the word is there, in ASCII or in UTF-16."""
    return word in body.replace(b"\0", b"")


def _doctype(with_entities: bool) -> MalformedAnswer:
    return MalformedAnswer("DOCTYPE", f"is not allowed{', nor are entities' if with_entities else ''}")


def _syntax_problem(body: bytes, code: int) -> MalformedAnswer:
    """libxml2's code in words; its text is never used, since it quotes the answer."""
    written = body.strip()
    if not written:
        problem = "is missing: the answer is empty"
    elif _HTML.match(written):
        problem = "is missing: the answer is HTML"
    elif code in _ENCODING:
        problem = "can't be read: the encoding is not the declared one"
    elif code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        problem = "can't be read: nested too deeply, or an element too large"
    elif code == etree.ErrorTypes.ERR_INVALID_CHAR:
        problem = "can't be read: a character that XML does not allow"
    elif not written.startswith(b"<"):
        problem = "is missing: the answer is no XML"
    elif code == etree.ErrorTypes.ERR_TAG_NOT_FINISHED or not written.endswith(b">"):
        problem = "can't be read: the answer is cut off"
    else:
        problem = f"can't be read: the XML is not well-formed (libxml2 error {code})"
    return MalformedAnswer("Envelope", problem)


def _other_than(expected: str, found: Element, whose: str) -> MalformedAnswer:
    name = str(found.tag).rpartition("}")[2]
    if name == expected:
        return MalformedAnswer(expected, f"stands in another namespace than {whose}")
    if name.lower() == "html":
        return MalformedAnswer(expected, "is missing: the answer is HTML")
    return MalformedAnswer(expected, "is missing: another element stands in its place")
