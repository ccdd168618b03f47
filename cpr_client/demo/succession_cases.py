"""Cases of numbers no longer in force: changed, doubled, in chains and circles (docs/reference/rules.md).

Each is found in `Registry.cases` by the number to ask for; `number in force: NAME` is the one at the
end of the chain, where there is one.
"""

from __future__ import annotations

from datetime import timedelta

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.cases import an_adult
from cpr_client.demo.circumstances import die, emigrate
from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.families import Draft, finish
from cpr_client.demo.registry import Maker, Registry


def add_succession_cases(registry: Registry, maker: Maker) -> None:
    """Puts all of them into the registry."""
    chain = _Chains(registry, maker)
    chain.to_person("status 60", (60,))
    chain.to_person("status 50", (50,))
    chain.to_person("number: chain of two", (60, 50))
    chain.to_person("number: chain of three", (60, 60, 50))
    chain.to_person("number: chain of five", (60,) * 5)
    chain.to_person("number: chain of six, too long", (60,) * 6)
    chain.to_person("number: leads to somebody dead", (60,), fate="dies")
    chain.to_person("number: leads to somebody abroad", (60,), fate="emigrates")
    chain.to_person("number: leads to an annulled number", (60,), fate="annulled")
    chain.to_person("number: leads to a malformed answer", (60,), fate="malformed")
    chain.to_person("number: leads to a mismatched answer", (60,), fate="mismatched")
    chain.to_person("number: leads to nobody", (60,), fate="unknown")
    chain.in_a_circle("number: circle of one", 1)
    chain.in_a_circle("number: circle of two", 2)
    chain.in_a_circle("number: circle of three", 3)
    first, last = chain.to_person("two patrons: the old number", (60,))
    registry.cases["two patrons: the number in force"] = last
    registry.known_to_library[last] = registry.known_to_library[first].model_copy(update={"cpr_number": last})


class _Chains:
    """Builds chains of old numbers, each naming the next."""

    def __init__(self, registry: Registry, maker: Maker) -> None:
        self._registry = registry
        self._maker = maker

    def to_person(self, name: str, statuses: tuple[int, ...], fate: str = "") -> tuple[CprNumber, CprNumber]:
        """One old number for each status, then the person; returns the first and the last number."""
        draft = an_adult(self._maker, self._registry.today)
        numbers = [draft["cpr_number"]]
        numbers += [self._another(draft) for _ in statuses]
        for status, number, successor in zip(statuses, numbers, numbers[1:], strict=False):
            self._old(number, status, successor)
        self._put_last(draft, numbers[-1], fate)
        self._name(name, finish(draft))
        if fate != "unknown":
            self._registry.cases[f"number in force: {name}"] = numbers[-1]
        return numbers[0], numbers[-1]

    def in_a_circle(self, name: str, length: int) -> None:
        """So many old numbers of which the last names the first."""
        draft = an_adult(self._maker, self._registry.today)
        numbers = [draft["cpr_number"]] + [self._another(draft) for _ in range(length - 1)]
        for number, successor in zip(numbers, numbers[1:] + numbers[:1], strict=True):
            self._old(number, 60, successor)
        self._name(name, finish(draft))

    def _another(self, draft: Draft) -> CprNumber:
        return self._maker.numbers.make(draft["birth_date"], self._maker.source.choice("KM"))

    def _old(self, number: CprNumber, status: int, successor: CprNumber) -> None:
        on = self._registry.today - timedelta(days=60)
        old = DemoPerson.model_construct(cpr_number=number, status=status, status_date=on, successor=successor)
        self._registry.put(old)

    def _name(self, name: str, known: DemoPerson) -> None:
        self._registry.cases[name] = known.cpr_number
        self._registry.known_to_library[known.cpr_number] = known

    def _put_last(self, draft: Draft, number: CprNumber, fate: str) -> None:
        last = {**draft, "cpr_number": number}
        on = self._registry.today - timedelta(days=30)
        if fate == "dies":
            die(last, on)
        elif fate == "emigrates":
            emigrate(last, on, self._maker.source)
        elif fate == "annulled":
            last.update(status=30, residence=None)
        elif fate == "malformed":
            last["residence"] = None
        elif fate == "mismatched":
            last["raw"] = {"persondata/personnummer": "0202009999"}
        if fate != "unknown":
            self._registry.put(finish(last))
