"""Moves the made-up registry on to a later day: what happens to people in the meantime.

How much happens follows from the days that pass, up to a quarter of a year. The shares stay so far below
the lines at which a refresh is implausible (docs/reference/rules.md) that batches of a thousand keep clear
of them. The cases of the registry are left alone. The same registry, day and seed give the same log and
the same registry every time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from cpr_client.cpr_number import CprNumber
from cpr_client.demo import circumstances, custody_changes
from cpr_client.demo.custody_changes import CUSTODY_CHANGES
from cpr_client.demo.facts import DemoPerson, RelativeFacts
from cpr_client.demo.families import Draft, birthday, finish, relative
from cpr_client.demo.names import full_name
from cpr_client.demo.people import new_maker
from cpr_client.demo.registry import Maker, Registry
from cpr_client.demo.towns import ELSEWHERE, HOME, NEIGHBOURS

_QUARTER = 91
"""Days. A longer step brings no more than a quarter of a year does: see the shares below."""


@dataclass
class AgeingLog:
    """What happened between two days, per kind: the numbers of those it happened to.

    `successors` maps a number no longer in force to the one that is. `repr` shows counts alone.
    """

    from_day: date
    to_day: date
    happened: dict[str, list[CprNumber]] = field(default_factory=dict)
    successors: dict[CprNumber, CprNumber] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind happened."""
        return {kind: len(numbers) for kind, numbers in self.happened.items()}

    def add(self, kind: str, number: CprNumber) -> None:
        """Notes that `kind` happened to somebody."""
        self.happened.setdefault(kind, []).append(number)

    def __repr__(self) -> str:
        return f"<AgeingLog {self.from_day} to {self.to_day}: {self.counts}>"


def advance(registry: Registry, to_day: date, seed: int = 0) -> AgeingLog:
    """Moves `registry` on to `to_day` and returns what happened. Raises `ValueError` for a day gone by."""
    if to_day < registry.today:
        raise ValueError(f"the registry is at {registry.today} already: name a later day")
    log = AgeingLog(registry.today, to_day)
    step = _Step(registry, to_day, seed, log)
    registry.today = to_day
    step.let_days_do_their_work()
    step.let_things_happen()
    return log


class _Step:
    """One step in time: who may be struck, each by one thing at most."""

    def __init__(self, registry: Registry, to_day: date, seed: int, log: AgeingLog) -> None:
        self.registry, self.to_day, self.log = registry, to_day, log
        self.days = (to_day - registry.today).days
        self.maker: Maker = new_maker(registry.seed, registry, salt=f" {registry.today} {to_day} {seed}")
        self.source: random.Random = self.maker.source
        cases = set(registry.cases.values())
        self._left_alone = cases | {known for known in registry.known_to_library if known not in registry}
        residents = [person for person in registry if self._is_resident(person)]
        self._many = len(residents)
        self.source.shuffle(residents)
        self._waiting = dict.fromkeys(person.cpr_number for person in residents)

    def _is_resident(self, person: DemoPerson) -> bool:
        home = person.residence
        at_home = person.status == 1 and home is not None and home.municipality_code == HOME
        return at_home and person.cpr_number not in self._left_alone

    def how_many(self, per_mille_a_quarter: float) -> int:
        """How often something happens to the residents of the municipality in the days that pass.

        In three weeks or more everything happens: twice among two thousand people, once among six hundred.
        """
        quarters = min(self.days, _QUARTER) / _QUARTER
        least = 0 if self.days < 21 else 2 if self._many >= 2000 else 1 if self._many >= 600 else 0
        return max(round(self._many * per_mille_a_quarter / 1000 * quarters), least)

    def strike(
        self, many: int, whom: Callable[[DemoPerson], bool], *before: Callable[[DemoPerson], bool]
    ) -> Iterator[tuple[Draft, date]]:
        """Takes at most so many people not struck yet, each with a day within the step: one of each `before`, then
        any of `whom`.

        Who takes a draft puts it back (`keep`).
        """
        for first in before:
            for struck in self._take(min(many, 1), first):
                many -= 1
                yield struck
        yield from self._take(many, whom)

    def _take(self, many: int, whom: Callable[[DemoPerson], bool]) -> Iterator[tuple[Draft, date]]:
        for number in list(self._waiting):
            if many <= 0:
                return
            person = self.registry.get(number)
            if number in self._waiting and person is not None and whom(person):
                del self._waiting[number]
                many -= 1
                yield dict(person), self.some_day()

    def keep(self, draft: Draft) -> None:
        """Puts a draft into the registry."""
        self.registry.put(finish(draft))

    def some_day(self) -> date:
        """A day after the last and not after the new one."""
        return self.to_day - timedelta(days=self.source.randrange(max(1, self.days)))

    def let_days_do_their_work(self) -> None:
        """What days alone bring: the registry deletes a contact address, a protection or custody that is over."""
        if self.days == 0:
            return
        for person in list(self.registry):
            if person.cpr_number in self._left_alone:
                continue
            changes: dict[str, object] = {}
            contact, protection = person.contact, person.protection
            if contact is not None and contact.delete is not None and contact.delete <= self.to_day:
                changes["contact"] = None
                self.log.add("contact address deleted", person.cpr_number)
            if protection is not None and protection.end is not None and protection.end < self.to_day:
                changes["protection"] = protection.model_copy(update={"flag": False})
                if protection.flag is not False:
                    self.log.add("protection ended", person.cpr_number)
            if person.custody and person.birth_date is not None and birthday(person.birth_date, 18) <= self.to_day:
                changes["custody"] = ()
                self.log.add("came of age", person.cpr_number)
            if changes:
                self.registry.change(person.cpr_number, **changes)

    def let_things_happen(self) -> None:
        """Everything else, in the order of the shares per mille and quarter of a year."""
        self._deaths(0.8)
        self._numbers_changed("number changed", 60, 0.6)
        self._numbers_changed("number doubled", 50, 0.4)
        self._simple("number annulled", 0.6, lambda draft, on: circumstances.annul(draft, on))
        parent, child = self._holds_custody, self._is_a_child
        self._simple("emigrated", 1.2, lambda draft, on: circumstances.emigrate(draft, on, self.source), None, parent)
        self._simple("disappeared", 0.8, lambda draft, on: circumstances.disappear(draft, on), None, parent)
        self._simple(
            "protected",
            2.0,
            lambda draft, on: circumstances.protect(draft, on, self.source),
            _unprotected,
            lambda person: _unprotected(person) and parent(person),
            lambda person: _unprotected(person) and child(person),
        )
        self._moves("moved within the municipality", 24.0, (HOME,))
        self._moves("moved to another municipality", 7.0, (*NEIGHBOURS, *ELSEWHERE))
        self._simple("special road", 0.6, lambda draft, on: circumstances.live_on_special_road(draft, on, self.maker))
        self._simple("new name", 9.0, self._rename)
        self._simple("c/o name", 2.0, lambda draft, on: circumstances.live_at_anothers(draft, self.maker))
        self._simple("contact address", 2.0, self._contact_address)
        self._custody_changes(0.15)
        self._returns(0.6)
        self._deaths_annulled()

    def _simple(
        self,
        kind: str,
        per_mille: float,
        do: Callable[[Draft, date], None],
        whom: Callable[[DemoPerson], bool] | None = None,
        *before: Callable[[DemoPerson], bool],
    ) -> None:
        for draft, on in self.strike(self.how_many(per_mille), whom or self._grown_up, *before):
            do(draft, on)
            self.keep(draft)
            self.log.add(kind, draft["cpr_number"])

    def _grown_up(self, person: DemoPerson) -> bool:
        return person.birth_date is not None and birthday(person.birth_date, 19) <= self.to_day

    def _is_a_child(self, person: DemoPerson) -> bool:
        return bool(person.custody) and person.birth_date is not None and birthday(person.birth_date, 17) > self.to_day

    def _holds_custody(self, person: DemoPerson) -> bool:
        """Whether this is a parent who holds custody of a child."""
        for number in person.children:
            child = self.registry.get(number)
            if child is not None and self._is_a_child(child):
                types = {entry.type for entry in child.custody}
                for relation, type_ in ((child.mother, custody_changes.MOTHER), (child.father, custody_changes.FATHER)):
                    if relation is not None and relation.cpr_number == person.cpr_number and type_ in types:
                        return True
        return False

    def _deaths(self, per_mille: float) -> None:
        many = self.how_many(per_mille)
        struck = 0
        for oldest, before in ((55, (self._holds_custody, self._is_a_child)), (19, ())):
            for draft, on in self.strike(many - struck, partial(_older, age=oldest, today=self.to_day), *before):
                circumstances.die(draft, on)
                self.keep(draft)
                self.log.add("died", draft["cpr_number"])
                struck += 1

    def _numbers_changed(self, kind: str, status: int, per_mille: float) -> None:
        before = (self._holds_custody, self._is_a_child)
        for draft, on in self.strike(self.how_many(per_mille), self._grown_up, *before):
            old = draft["cpr_number"]
            successor = circumstances.number_in_force(draft, self.maker)
            self.keep({**draft, "cpr_number": successor})
            self.registry.put(circumstances.old_number(draft, successor, status, on, self.source))
            self._follow(draft, old, successor)
            self.log.add(kind, old)
            self.log.successors[old] = successor

    def _follow(self, person: Draft, old: CprNumber, new: CprNumber) -> None:
        """Family names the new number from now on; entries of other holders keep the old one."""
        spouse: RelativeFacts | None = person.get("spouse")
        if spouse is not None and spouse.cpr_number is not None and spouse.cpr_number in self.registry:
            self.registry.change(spouse.cpr_number, spouse=relative(new))
        for relation in (person.get("mother"), person.get("father")):
            parent_s = self.registry.get(relation.cpr_number) if relation and relation.cpr_number else None
            if parent_s is not None:
                children = tuple(new if number == old else number for number in parent_s.children)
                self.registry.change(parent_s.cpr_number, children=children)
        for number in person.get("children", ()):
            child = self.registry.get(number)
            for parent in ("mother", "father"):
                facts: RelativeFacts | None = getattr(child, parent, None)
                if child is not None and facts is not None and facts.cpr_number == old:
                    child = self.registry.change(number, **{parent: relative(new)})

    def _moves(self, kind: str, per_mille: float, municipalities: tuple[int, ...]) -> None:
        """Grown-ups move, and their spouse and children who lived with them."""
        left = self.how_many(per_mille)
        for draft, on in self.strike(left, self._grown_up):
            if left <= 0:
                return
            old_line = draft["residence"].standard_address
            circumstances.move(draft, self.maker.addresses.residence(self.source.choice(municipalities)), on)
            draft["status_date"] = on
            self.keep(draft)
            self.log.add(kind, draft["cpr_number"])
            left -= 1
            spouse: RelativeFacts | None = draft.get("spouse")
            with_them = (*draft.get("children", ()), *((spouse.cpr_number,) if spouse is not None else ()))
            left -= sum(self._move_along(kind, number, old_line, draft, on) for number in with_them)

    def _move_along(self, kind: str, number: CprNumber | None, old_line: str | None, mover: Draft, on: date) -> int:
        """Moves somebody who lived with the mover; how many moved (1 or 0)."""
        if number is None or number not in self._waiting:
            return 0
        other = self.registry[number]
        if other.residence is None or other.residence.standard_address != old_line:
            return 0
        del self._waiting[number]
        moved = dict(other)
        circumstances.move(moved, mover["residence"], on)
        self.keep(moved)
        self.log.add(kind, number)
        return 1

    def _rename(self, draft: Draft, on: date) -> None:
        old = draft["name"]
        first = old.first or self.maker.names.first("K")
        last = self.maker.names.last()
        while last == old.last:
            last = self.maker.names.last()
        draft["name"] = full_name(first, self.maker.names.middle(), last)

    def _contact_address(self, draft: Draft, on: date) -> None:
        circumstances.take_contact_address(draft, on, self.source.choice((None, 90, 180)), self.maker)

    def _custody_changes(self, per_mille: float) -> None:
        """Custody ends, begins, is shared, given to others, to somebody whom nobody knows, or to nobody."""
        circle = custody_changes.Circle(
            self.to_day,
            adult=partial(self._somebody, self._grown_up),
            minor=partial(self._somebody, self._is_a_child),
            unheard_of=self._unheard_of,
        )
        for change in CUSTODY_CHANGES:
            fits = partial(custody_changes.may_happen_to, change, day=self.to_day)
            for draft, on in self.strike(self.how_many(per_mille), fits):
                entries = change.do(draft, on, circle)
                if entries is not None:
                    self.keep({**draft, "custody": entries})
                    self.log.add(change.kind, draft["cpr_number"])

    def _somebody(self, whom: Callable[[DemoPerson], bool]) -> CprNumber | None:
        """Somebody whom nothing has struck, and nothing will."""
        return next((draft["cpr_number"] for draft, _ in self._take(1, whom)), None)

    def _unheard_of(self) -> CprNumber | None:
        """A number that the registry does not know."""
        unheard_of = [number for number in self.registry.known_to_library if number not in self.registry]
        return self.source.choice(unheard_of) if unheard_of else None

    def _returns(self, per_mille: float) -> None:
        """Some who had emigrated come home."""
        abroad = [p for p in self.registry if p.status == 80 and p.cpr_number not in self._left_alone]
        abroad = [p for p in abroad if p.cpr_number not in self.log.happened.get("emigrated", [])]
        for person in self.source.sample(abroad, k=min(len(abroad), self.how_many(per_mille))):
            on = self.some_day()
            home = self.maker.addresses.residence(HOME).model_copy(update={"moved_in": on})
            self.registry.change(person.cpr_number, status=1, status_date=on, residence=home, emigration=None)
            self.log.add("returned", person.cpr_number)

    def _deaths_annulled(self) -> None:
        """One or two deaths were a mistake, in a long step: the person lives where they lived."""
        dead = [p for p in self.registry if p.status == 90 and p.former_residences]
        newly = self.log.happened.get("died", [])
        dead = [p for p in dead if p.cpr_number not in self._left_alone and p.cpr_number not in newly]
        many = 0 if self.days < 21 else 2 if self._many >= 2000 else 1
        for person in self.source.sample(dead, k=min(len(dead), many)):
            home, *former = person.former_residences
            self.registry.change(
                person.cpr_number,
                status=1,
                status_date=home.moved_in,
                residence=home.model_copy(update={"moved_out": None}),
                former_residences=tuple(former),
                marital_status="U",
            )
            self.log.add("death annulled", person.cpr_number)


def _unprotected(person: DemoPerson) -> bool:
    return person.protection is None


def _older(person: DemoPerson, age: int, today: date) -> bool:
    return person.birth_date is not None and birthday(person.birth_date, age) <= today
