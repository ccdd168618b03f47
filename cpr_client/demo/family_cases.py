"""Cases of children and who holds custody of them (docs/reference/rules.md, guardians of minors).

Each child is found in `Registry.cases` as `child: ...`; their parents and other holders, where a
test may want them, as `child: ... / mother` and so on. None of the parents is a case of another rule.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.cases import add_case
from cpr_client.demo.circumstances import die, disappear, emigrate, old_number, protect
from cpr_client.demo.facts import BLANK, NO_NUMBER, CustodyFacts, NameFacts, RelativeFacts
from cpr_client.demo.families import Draft, birthday, finish, give_parents, person, relative
from cpr_client.demo.registry import Maker, Registry
from cpr_client.demo.towns import HOME


def add_family_cases(registry: Registry, maker: Maker) -> None:
    """Puts all of them into the registry."""
    _Families(registry, maker).add_all()


class _Families:
    """Makes one small family a case."""

    def __init__(self, registry: Registry, maker: Maker) -> None:
        self._registry = registry
        self._maker = maker
        self._today = registry.today

    def add_all(self) -> None:
        """One method a group of rules."""
        self._who_holds_custody()
        self._holders_not_known()
        self._days()
        self._what_became_of_a_holder()
        self._what_became_of_the_child()

    def _day(self, days: int) -> date:
        return self._today + timedelta(days=days)

    def _family(
        self,
        name: str,
        custody: tuple[CustodyFacts, ...],
        child: dict[str, Any] | None = None,
        mother: str = "at home",
        father: str = "at home",
        ages: tuple[int, int] = (4, 14),
    ) -> Draft:
        """A child with parents, and `custody` as given. A parent "at home" lives, "none" is not there."""
        maker = self._maker
        parents = {"mother": mother, "father": father}
        drafts: dict[str, Draft] = {}
        small = person(maker, self._today, maker.addresses.residence(HOME), ages, maker.source.choice("KM"))
        for key, sex in (("mother", "K"), ("father", "M")):
            if parents[key] != "none":
                drafts[key] = person(maker, self._today, small["residence"], (30, 50), sex, small["name"].last)
        give_parents(small, drafts.get("mother"), drafts.get("father"))
        for key, draft in drafts.items():
            self._fate(draft, parents[key])
            if parents[key] != "unknown":
                self._registry.put(finish(draft))
            self._registry.cases[f"child: {name} / {key}"] = draft["cpr_number"]
        small["custody"] = custody
        add_case(self._registry, f"child: {name}", small, child or {})
        return small

    def _fate(self, draft: Draft, fate: str) -> None:
        on = self._day(-30)
        if fate == "dead":
            die(draft, on)
        elif fate == "disappeared":
            disappear(draft, on)
        elif fate == "abroad":
            emigrate(draft, on, self._maker.source)
        elif fate == "protected":
            protect(draft, on, self._maker.source)
        elif fate == "number changed":
            successor = self._maker.numbers.make(draft["birth_date"], "K")
            self._registry.put(old_number(draft, successor, 60, on, self._maker.source))
            draft["cpr_number"] = successor

    def _holder(self, name: str, ages: tuple[int, int] = (50, 65)) -> CprNumber:
        maker = self._maker
        holder = person(maker, self._today, maker.addresses.residence(HOME), ages, maker.source.choice("KM"))
        number: CprNumber = holder["cpr_number"]
        self._registry.put(finish(holder))
        self._registry.cases[f"child: {name}"] = number
        return number

    def _who_holds_custody(self) -> None:
        family = self._family
        mother, father = CustodyFacts(type=3, start=self._day(-900)), CustodyFacts(type=4, start=self._day(-900))
        family("both parents", (mother, father))
        family("mother alone", (mother,))
        family("father alone", (father,))
        family("father listed without custody", (mother,), father="at home")
        one = self._holder("other holder / holder")
        family("other holder", (CustodyFacts(type=5, holder=one),), mother="none", father="none")
        first, second = self._holder("two other holders / first"), self._holder("two other holders / second")
        entries = (CustodyFacts(type=5, holder=first), CustodyFacts(type=6, holder=second))
        family("two other holders", entries, mother="none", father="none")
        beside = self._holder("mother and an other holder / holder")
        family("mother and an other holder", (mother, CustodyFacts(type=5, holder=beside)))
        other = person(self._maker, self._today, self._maker.addresses.residence(HOME), (30, 45), "K")
        self._registry.put(finish(other))
        self._registry.cases["child: two mothers / second"] = other["cpr_number"]
        both = {"father": relative(other["cpr_number"]), "shared_residence_since": self._day(-90)}
        family("two mothers", (mother, father), child=both, father="none")
        family("same parents listed twice", (mother, mother, father))

    def _holders_not_known(self) -> None:
        family = self._family
        mother, father = CustodyFacts(type=3, start=self._day(-900)), CustodyFacts(type=4, start=self._day(-900))
        family("no entry", ())
        family("mother without a number", (mother,), child={"mother": relative(NO_NUMBER)})
        family("father missing", (mother, father), father="none")
        family("father blank", (mother, father), child={"father": relative(BLANK)}, father="none")
        by_name = RelativeFacts(birth_date=date(1980, 5, 17), name="Far Fabelsen")
        family("father by name alone", (mother, father), child={"father": by_name}, father="none")
        family("father an empty element", (mother, father), child={"father": RelativeFacts()}, father="none")
        family("other holder zeros", (CustodyFacts(type=5, holder=NO_NUMBER),))
        family("other holder blank", (CustodyFacts(type=6, holder=BLANK),))
        family("other holder missing", (CustodyFacts(type=5),))
        raw = {"raw": {"relationer/foraeldremyndighed/foraeldremyndighedtype": "9"}}
        family("custody of an unknown type", (mother,), child=raw)
        raw = {"raw": {"relationer/foraeldremyndighed/foraeldremyndighedStartdato/dato": "i fjor"}}
        family("custody with an unreadable start", (mother,), child=raw)

    def _days(self) -> None:
        family = self._family
        mother = CustodyFacts(type=3, start=self._day(-900))

        def fathers(start: int | None, delete: int | None) -> tuple[CustodyFacts, ...]:
            start_day = None if start is None else self._day(start)
            delete_day = None if delete is None else self._day(delete)
            return (mother, CustodyFacts(type=4, start=start_day, delete=delete_day))

        family("father's custody ended", fathers(-900, -20))
        family("father's custody ends today", fathers(-900, 0))
        family("father's custody ends tomorrow", fathers(-900, 1))
        family("father's custody ends later", fathers(-900, 60))
        family("father's custody starts today", fathers(0, None))
        family("father's custody starts tomorrow", fathers(1, None))
        family("father's custody starts later", fathers(45, None))
        family("father's custody without a start", fathers(None, None))
        uncertain = CustodyFacts(type=4, start=self._day(-900), start_uncertain=True)
        family("father's custody with an uncertain start", (mother, uncertain))
        family("all custody ended", (CustodyFacts(type=3, start=self._day(-900), delete=self._day(-1)),))

    def _what_became_of_a_holder(self) -> None:
        both = (CustodyFacts(type=3), CustodyFacts(type=4))
        for fate in ("dead", "disappeared", "abroad", "unknown", "number changed", "protected"):
            self._family(f"father {fate}", both, father=fate)
        young = self._holder("holder a minor / holder", ages=(15, 16))
        self._family("holder a minor", (CustodyFacts(type=5, holder=young),), mother="none", father="none")

    def _what_became_of_the_child(self) -> None:
        both, on = (CustodyFacts(type=3), CustodyFacts(type=4)), self._day(-30)
        child: Draft = {}
        protect(child, on, self._maker.source)
        self._family("protected", both, child=child)
        self._family("dead", both, child={"status": 90, "status_date": on, "residence": None})
        self._family("not yet named", both, child={"name": NameFacts(addressing="")}, ages=(0, 0))
        for name, days in (("18 today", 0), ("18 tomorrow", 1), ("18 in a month", 30)):
            self._turning_18(name, birthday(self._day(days), -18), {})
        self._turning_18(
            "18 in a month, birth date uncertain", birthday(self._day(30), -18), {"birth_date_uncertain": True}
        )
        leap_year = next(year for year in range(self._today.year - 17, self._today.year - 13) if year % 4 == 0)
        self._turning_18("born on 29 February", date(leap_year, 2, 29), {})

    def _turning_18(self, name: str, birth_date: date, more: dict[str, Any]) -> None:
        if (birth_date.month, birth_date.day) == (1, 1):
            birth_date += timedelta(days=1)
        small = self._family(name, (CustodyFacts(type=3), CustodyFacts(type=4)))
        number = self._maker.numbers.make(birth_date, "K")
        self._registry.remove(small["cpr_number"])
        del self._registry.known_to_library[small["cpr_number"]]
        for parent in ("mother", "father"):
            self._registry.change(self._registry.cases[f"child: {name} / {parent}"], children=(number,))
        add_case(self._registry, f"child: {name}", {**small, "cpr_number": number, "birth_date": birth_date}, more)
