"""What the demo registry does with each request: questions, its WSDL, and its controls.

POST /service/CPR/PersonBaseDataExtended/5        a question (4: version 4)
GET  /service/CPR/PersonBaseDataExtended/5?wsdl   the contract, with this address in it
POST /control                                     what the registry shall do, as JSON (needs the token)
GET  /control/asked                               how much it was asked: totals alone (needs the token)
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urljoin

from cpr_client.base_data.contract import NAMESPACES, wsdl_file
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.ageing import AgeingLog, advance
from cpr_client.demo.answers import answer
from cpr_client.demo.controls import Wishes, read_wishes
from cpr_client.demo.mischief import Kind, Mischief, Prank, numbers_of
from cpr_client.demo.registry import Registry
from cpr_client.demo.soap import NOT_FOUND_FORMS, Contract, Refused, fault, not_found
from cpr_client.demo.wire import XML, Ending, Reply, Request

VERSIONS = tuple(NAMESPACES)
PATH = "/service/CPR/PersonBaseDataExtended/"
_CONTRACT_PATH = f"{PATH}contract/"
_LOCATION = re.compile(r'(schemaLocation=")([^"]+)(")')
_ADDRESS = re.compile(r'(<soap:address location=")([^"]+)(")')
_ENDINGS: dict[str, Ending] = {"break off": "break off", "truncate": "truncate", "reset": "reset"}
_GARBAGE = bytes(range(256)) * 4


class Service:
    """The registry as a service. `asked` counts the questions by number; `latency` is in seconds.

    `not_found_form`: one of `NOT_FOUND_FORMS`, or "mixed": by the number, now this, now that.
    """

    def __init__(self, registry: Registry, latency: float, not_found_form: str, seed: int) -> None:
        if not_found_form not in (*NOT_FOUND_FORMS, "mixed"):
            raise ValueError(f"not_found: one of mixed, {', '.join(NOT_FOUND_FORMS)}")
        self.registry = registry
        self.latency = latency
        self.mischief = Mischief(seed)
        self.asked: Counter[CprNumber] = Counter()
        self.token = secrets.token_urlsafe(24)
        self.base_url = ""
        self._not_found_form = not_found_form
        self._versions = {f"{PATH}{version}": version for version in VERSIONS}
        self._contracts: dict[str, Contract] = {}
        folder = wsdl_file(VERSIONS[0]).parent.parent
        self._files = {f"{_CONTRACT_PATH}{f.relative_to(folder).as_posix()}": f for f in folder.glob("*/*.xsd")}

    def handle(self, request: Request) -> Reply:
        """The answer to one request."""
        contract = self._contract(request.path)
        if contract is not None and request.method == "POST":
            return self._question(contract, request)
        if request.path == "/control" or request.path.startswith("/control/"):
            return self._control(request)
        if request.method == "GET":
            if contract is not None and request.query.lower() == "wsdl":
                return Reply(200, self._wsdl(contract.version), XML)
            if request.path in self._files:
                return Reply(200, self._files[request.path].read_bytes(), XML)
        known = contract is not None or request.path in self._files
        return Reply(405 if known else 404, b"POST questions here, or GET ?wsdl\n" if known else b"nothing is here\n")

    def _contract(self, path: str) -> Contract | None:
        """Which contract is spoken there, made when it is first asked by."""
        version = self._versions.get(path)
        if version is not None and path not in self._contracts:
            self._contracts[path] = Contract(version)
        return self._contracts.get(path)

    def _question(self, contract: Contract, request: Request) -> Reply:
        try:
            headers = request.headers
            digits = contract.question(headers.get("content-type", ""), headers.get("soapaction"), request.body)
        except Refused as refused:
            refused.reply.delay = self.latency
            return refused.reply
        number = CprNumber(digits)
        self.asked[number] += 1
        delay, prank = self.mischief.strike(number)
        reply = self._answer(digits, contract.version) if prank is None else self._play(prank, digits, contract.version)
        reply.delay = self.latency + delay
        return reply

    def _answer(self, digits: str, version: str) -> Reply:
        person = self.registry.find(digits)
        if person is not None:
            return Reply(200, answer(person, version, self.registry.today), XML)
        form = self._not_found_form
        return not_found(NOT_FOUND_FORMS[int(digits[8:]) % 3] if form == "mixed" else form)

    def _play(self, prank: Prank, digits: str, version: str) -> Reply:
        if prank.kind == "fault":
            return fault(prank.text, [(prank.code, prank.text)])
        if prank.kind == "not found":
            return not_found(NOT_FOUND_FORMS[0])
        if prank.kind in ("busy", "unavailable"):
            later = () if prank.seconds is None else (("Retry-After", f"{prank.seconds:.0f}"),)
            return Reply(429 if prank.kind == "busy" else 503, b"try again later\n", headers=later)
        if prank.kind == "garbage":
            return Reply(200, _GARBAGE, XML)
        if prank.kind == "wrong person":
            other = next((person for person in self.registry if person.cpr_number.digits != digits), None)
            return self._answer(other.cpr_number.digits if other is not None else digits, version)
        if prank.kind == "body":
            return Reply(prank.status, prank.body, prank.content_type)
        reply = self._answer(digits, version)
        reply.ending = _ENDINGS[prank.kind]
        return reply

    def _wsdl(self, version: str) -> bytes:
        """Our WSDL with this server's address, its schemas where they can be fetched."""
        text = wsdl_file(version).read_text(encoding="utf-8")
        folder = f"{self.base_url}{_CONTRACT_PATH}v{version}/"
        text = _LOCATION.sub(lambda found: f"{found[1]}{urljoin(folder, found[2])}{found[3]}", text)
        return _ADDRESS.sub(lambda found: f"{found[1]}{self.base_url}{PATH}{version}{found[3]}", text).encode()

    def advance(self, to_day: date, seed: int = 0) -> AgeingLog:
        """Moves the registry on to a later day. Raises `ValueError` for a day gone by."""
        return advance(self.registry, to_day, seed)

    def fail(self, kind: Kind, times: int | None = None, **how: Any) -> None:
        """Puts misbehaviour in force (see `cpr_client/demo/mischief.py`). Raises `ValueError`."""
        how["numbers"] = numbers_of(how.get("numbers", ()))
        if isinstance(how.get("body"), str):
            how["body"] = how["body"].encode()
        self.mischief.add(Prank(kind, **how), times)

    def asked_totals(self) -> dict[str, Any]:
        """How much was asked: totals alone."""
        return {
            "total": self.asked.total(),
            "numbers": len(self.asked),
            "most_of_one_number": max(self.asked.values(), default=0),
            "today": self.registry.today.isoformat(),
        }

    def _control(self, request: Request) -> Reply:
        given = request.headers.get("authorization", "").encode("latin-1", errors="replace")
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return Reply(401, b"the control needs the token that was printed at the start\n")
        if request.path == "/control/asked" and request.method == "GET":
            return _json(200, self.asked_totals())
        if request.path != "/control" or request.method != "POST":
            return Reply(404, b"POST /control or GET /control/asked\n")
        try:
            return _json(200, self._obey(read_wishes(request.body)))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    def _obey(self, wishes: Wishes) -> dict[str, Any]:
        """Does what a control request wishes. Raises `ValueError` for a day gone by, before anything is done."""
        done: dict[str, Any] = {}
        if wishes.advance_to is not None and wishes.advance_to < self.registry.today:
            raise ValueError(f"advance_to: the registry is at {self.registry.today} already")
        for person in wishes.persons:
            self.registry.put(person)
        for number in wishes.forget:
            self.registry.remove(number)
        if wishes.advance_to is not None:
            done["happened"] = self.advance(wishes.advance_to, wishes.seed).counts
        if wishes.latency is not None:
            self.latency = wishes.latency
        if wishes.behave:
            self.mischief.end()
        if wishes.fail is not None:
            self.fail(**wishes.fail.how())
        if wishes.asked:
            self.asked.clear()
        return {"today": self.registry.today.isoformat(), "people": len(self.registry), "latency": self.latency, **done}


def _json(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status, json.dumps(value).encode(), "application/json")
