"""Made-up families whose custody changes from night to night; nothing of the product is imported.

A family draws from a source of its own: the same seed and place give the same family, alone or among others. It keeps
the registry's persons (number -> facts, as a persons file has them) and says what staff do. Two entries of one holder
for one child, which the rules do not speak of, are not made.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Facts = dict[str, Any]
Act = tuple[str, ...]
"""What staff do: ("enrol", patron, number, group), ("drop", patron), ("form", child, number), ("close", child)."""

NO_NUMBER = "0000000000"
HOME: Facts = {
    "municipality_code": 851,
    "road_code": 7200,
    "house_number": "012A",
    "road_name": "Strandvejen",
    "postal_code": "9000",
    "postal_district": "Aalborg",
}
MALFORMED = {"adresse/aktuelAdresse/vejkode": "ulæselig"}


@dataclass(repr=False)
class Family:
    """Children and whoever may hold custody of them. `persons` is the whole registry's."""

    place: int
    seed: int
    start: date
    persons: dict[str, Facts]
    children: dict[str, str] = field(default_factory=dict)  # patron number -> number in force
    adults: dict[str, str] = field(default_factory=dict)  # name -> number in force
    patrons: dict[str, str] = field(default_factory=dict)  # name of an adult who is a patron -> patron number
    names: dict[str, str] = field(default_factory=dict)  # any number -> name of the adult
    hidden: dict[str, Facts] = field(default_factory=dict)  # number -> facts that the registry has mislaid
    staff: list[Act] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.seed} {self.place}")
        for _ in range(self.random.choice([2, 3, 3, 4])):
            self._adult()
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self._child(self.start)

    # People ----------------------------------------------------------------------------------------------------------

    def number(self, born: date) -> str:
        """A number that nobody has."""
        self.made += 1
        return f"{born:%d%m%y}{self.place * 33 % 10_000 + self.made:04}"

    def _adult(self) -> None:
        name = f"Voksen {self.place}.{len(self.adults)}"
        age = 17.6 if self.random.random() < 0.12 else self.random.uniform(25, 60)
        born = self.start - timedelta(days=int(age * 365.25) - self.random.randrange(200))
        number = self.number(born)
        self.adults[name], self.names[number] = number, name
        self.persons[number] = person(name, born)
        if self.random.random() < 0.4:
            self._joins(name)

    def _child(self, today: date) -> None:
        child = f"B{self.place}.{len(self.children)}"
        born = self._birthday(today)
        number = self.number(born)
        facts = person(f"Barn {child}", born)
        mother, father, *others = self.random.sample(sorted(self.adults), len(self.adults))
        facts["mother"] = self.adults[mother]
        facts["father"] = self.random.choice([self.adults[father]] * 4 + [None, NO_NUMBER])
        began = born.isoformat()
        shapes: list[list[Facts]] = [
            [{"type": 3, "start": began}, {"type": 4, "start": began}],
            [{"type": 3, "start": began}, {"type": 4}],
            [{"type": 3}],
            [{"type": 4, "start": began}],
            [{"type": 5, "start": began, "holder": ""}],
            [],
        ]
        if others:
            other = {"type": self.random.choice([5, 6]), "holder": self.adults[others[0]]}
            shapes += [[other], [{"type": 3, "start": began}, other], [other, {"type": 4}]]
        custody = self.random.choice(shapes)
        for entry in custody:
            if self.random.random() < 0.1:
                entry["start"] = self._day(today, 1, 40)
            if self.random.random() < 0.15:
                entry["delete"] = self._day(today, 41, 300)
        facts["custody"] = custody
        self.children[child] = number
        self.persons[number] = facts
        self.staff.append(("enrol", child, number, "Barn"))
        if self.random.random() < 0.4:
            self.staff.append(("form", child, self.adults[self.random.choice([mother, father])]))

    def _birthday(self, today: date) -> date:
        draw = self.random.random()
        if draw < 0.1:
            return date(2008, 2, 29)
        if draw < 0.45:  # 18 within the year
            return today - timedelta(days=18 * 365 + 5) + timedelta(days=self.random.randrange(2, 350))
        return today - timedelta(days=self.random.randrange(200, 16 * 365))

    def _day(self, today: date, least: int, most: int) -> str:
        return (today + timedelta(days=self.random.randint(least, most))).isoformat()

    # A night ---------------------------------------------------------------------------------------------------------

    def moves_on(self, today: date) -> list[Act]:
        """Lets something happen, perhaps; what staff do before the night's run."""
        if self.random.random() < 0.6:
            happens = self.random.choice(_HAPPENS)
            before = copy.deepcopy(
                (self.children, self.adults, self.patrons, self.names, self.hidden, self.staff, self.made)
            )
            own = set(self.names) | set(self.children.values()) | set(self.hidden)
            kept = {number: copy.deepcopy(self.persons.get(number)) for number in own}
            happens(self, today)
            if not all(self._is_told_apart(number) for number in self.children.values()):
                for number in set(self.names) | set(self.children.values()) | set(kept):
                    self.persons.pop(number, None)
                self.persons.update({number: facts for number, facts in kept.items() if facts is not None})
                self.children, self.adults, self.patrons, self.names, self.hidden, self.staff, self.made = before
            else:
                self.told.append(f"{today} {happens.__name__.strip('_')}")
        acts, self.staff = self.staff, []
        return acts

    def _is_told_apart(self, number: str) -> bool:
        """No holder stands in two entries of a child that are, or may come, in force."""
        facts = self.persons.get(number)
        if facts is None:
            return True
        found = []
        for entry in facts.get("custody", ()):
            holder = {3: facts.get("mother"), 4: facts.get("father")}.get(entry["type"], entry.get("holder"))
            found.append(self.names.get(holder or NO_NUMBER, NO_NUMBER))
        return len(found) == len(set(found))

    def _some_child(self) -> tuple[str, Facts] | None:
        """A living child whom the registry knows: patron number and facts."""
        child = self.random.choice(sorted(self.children))
        facts = self.persons.get(self.children[child])
        return (child, facts) if facts and facts["status"] == 1 else None

    def _some_adult(self, *statuses: int) -> tuple[str, Facts] | None:
        """A grown-up adult of these statuses: name and facts."""
        name = self.random.choice(sorted(self.adults))
        facts = self.persons.get(self.adults[name])
        return (name, facts) if facts and facts["status"] in statuses else None

    # Custody ---------------------------------------------------------------------------------------------------------

    def _custody_ends(self, today: date) -> None:
        if (some := self._some_child()) and some[1]["custody"]:
            entry = self.random.choice(some[1]["custody"])
            if self.random.random() < 0.4:
                some[1]["custody"].remove(entry)
            elif "delete" not in entry and (entry.get("start") or "") < (today - timedelta(days=30)).isoformat():
                entry["delete"] = self._day(today, -9, 30)

    def _custody_begins(self, today: date) -> None:
        if some := self._some_child():
            facts = some[1]
            facts["custody"] = [
                entry for entry in facts["custody"] if not entry.get("delete") or entry["delete"] > today.isoformat()
            ]
            number = self.adults[self.random.choice(sorted(self.adults))]
            parents = {facts.get("mother"): {"type": 3}, facts.get("father"): {"type": 4}}
            entry = dict(parents.get(number, {"type": self.random.choice([5, 6]), "holder": number}))
            if self.random.random() < 0.8:
                entry["start"] = self._day(today, -5, 25)
            if self.random.random() < 0.2:
                entry["delete"] = self._day(today, 26, 120)
            facts["custody"].append(entry)

    def _all_custody_ends(self, today: date) -> None:
        if some := self._some_child():
            some[1]["custody"] = []

    def _another_parent(self, today: date) -> None:
        if some := self._some_child():
            numbers = [*self.adults.values(), None, NO_NUMBER]
            some[1][self.random.choice(["mother", "father"])] = self.random.choice(numbers)

    def _an_unknown_holder(self, today: date) -> None:
        if some := self._some_child():
            entry: Facts = {"type": self.random.choice([5, 6]), "start": self._day(today, -5, 5)}
            if holder := self.random.choice(["", NO_NUMBER, None]):
                entry["holder"] = holder
            some[1]["custody"].append(entry)

    # Holders ---------------------------------------------------------------------------------------------------------

    def _dies(self, today: date) -> None:
        if (some := self._some_adult(1, 70, 80)) and not is_young(some[1], today):
            some[1].update(status=90, status_date=self._day(today, -6, 0))

    def _disappears(self, today: date) -> None:
        if (some := self._some_adult(1)) and not is_young(some[1], today):
            some[1].update(status=70, status_date=self._day(today, -6, 0))

    def _emigrates(self, today: date) -> None:
        if some := self._some_adult(1):
            some[1].update(status=80, status_date=self._day(today, -6, 0))
            some[1]["emigration"] = {"country_code": 5130, "lines": ["12 rue Inventée", "75000 Paris"]}

    def _comes_back(self, today: date) -> None:
        if (some := self._some_adult(70, 80)) or (some := self._some_adult(90)):
            some[1].update(status=1, status_date=self._day(today, -6, 0))

    def _is_protected(self, today: date) -> None:
        if some := self._some_adult(1):
            some[1]["protection"] = {"flag": True}

    def _is_mislaid(self, today: date) -> None:
        """The registry knows a holder, or a child, no more."""
        if (some := self._some_adult(1)) and not is_young(some[1], today):
            number = self.adults[some[0]]
            self.hidden[number] = self.persons.pop(number)
        elif child := self._some_child():
            number = self.children[child[0]]
            self.hidden[number] = self.persons.pop(number)

    def _is_found(self, today: date) -> None:
        for number in sorted(self.hidden):
            self.persons[number] = self.hidden.pop(number)

    def _gets_another_number(self, today: date) -> None:
        if some := self._some_adult(1, 80):
            name, facts = some
            born = date.fromisoformat(facts["birth_date"])
            for _ in range(self.random.choice([1, 1, 1, 2, 3])):
                old, new = self.adults[name], self.number(born)
                self.persons[new] = self.persons[old]
                self.persons[old] = {"status": 60, "successor": new}
                self.adults[name], self.names[new] = new, name
            if self.random.random() < 0.4:
                self._the_children_s_answers_follow(today)

    def _the_children_s_answers_follow(self, today: date) -> None:
        """What the registry says of children names the numbers in force."""
        for number in self.children.values():
            facts = self.persons.get(number, {})
            for parent in ("mother", "father"):
                facts[parent] = self._in_force(facts.get(parent))
            for entry in facts.get("custody", ()):
                if "holder" in entry:
                    entry["holder"] = self._in_force(entry["holder"])

    def _in_force(self, number: str | None) -> str | None:
        return self.adults.get(self.names.get(number or "", ""), number)

    def _is_a_double(self, today: date) -> None:
        """Two of the adults prove to be one."""
        one, other = self.random.sample(sorted(self.adults), 2)
        facts, others = (self.persons.get(self.adults[name]) for name in (one, other))
        if facts and others and facts["status"] == 1 == others["status"] and one not in self.patrons:
            self.persons[self.adults[one]] = {"status": 50, "successor": self.adults[other]}
            self.names = {number: other if name == one else name for number, name in self.names.items()}
            if len(self.adults) > 2:
                del self.adults[one]

    def _joins(self, name: str) -> None:
        patron = f"V{self.place}.{self.made}"
        self.made += 1
        self.patrons[name] = patron
        self.staff.append(("enrol", patron, self.adults[name], "Voksen"))

    def _becomes_a_patron(self, today: date) -> None:
        if (some := self._some_adult(1, 70, 80, 90)) and some[0] not in self.patrons:
            self._joins(some[0])

    def _is_a_patron_no_more(self, today: date) -> None:
        if self.patrons:
            name = self.random.choice(sorted(self.patrons))
            self.staff.append(("drop", self.patrons.pop(name)))

    # Children --------------------------------------------------------------------------------------------------------

    def _a_child_is_enrolled(self, today: date) -> None:
        if len(self.children) < 5:
            self._child(today)

    def _a_child_gets_another_number(self, today: date) -> None:
        if some := self._some_child():
            old, new = self.children[some[0]], self.number(date.fromisoformat(some[1]["birth_date"]))
            self.persons[new] = self.persons[old]
            self.persons[old] = {"status": 60, "successor": new}
            self.children[some[0]] = new

    def _a_child_dies(self, today: date) -> None:
        if some := self._some_child():
            some[1].update(status=90, status_date=self._day(today, -6, 0))

    def _a_death_is_annulled(self, today: date) -> None:
        for number in self.children.values():
            facts = self.persons.get(number, {})
            if facts.get("status") == 90:
                facts.update(status=1, status_date=today.isoformat())

    def _an_answer_can_t_be_read(self, today: date) -> None:
        some = self._some_child() or self._some_adult(1)
        if some:
            some[1].update(raw=MALFORMED, broken=True)

    def _answers_can_be_read(self, today: date) -> None:
        for number in {*self.children.values(), *self.adults.values()}:
            facts = self.persons.get(number, {})
            facts.pop("raw", None)
            facts.pop("broken", None)

    def _a_birth_date_is_in_doubt(self, today: date) -> None:
        """While the child is a child for certain: the library must learn of it before the birthday."""
        if (some := self._some_child()) and is_young(some[1], today, spare=90):
            some[1]["birth_date_uncertain"] = True

    def _staff_close_cases(self, today: date) -> None:
        self.staff.append(("close", self.random.choice(sorted(self.children))))

    def _a_form_is_signed(self, today: date) -> None:
        if (some := self._some_child()) and is_young(some[1], today, spare=30):
            self.staff.append(("form", some[0], self.adults[self.random.choice(sorted(self.adults))]))


_HAPPENS: list[Callable[[Family, date], None]] = [
    *[Family._custody_ends, Family._custody_begins] * 4,
    Family._all_custody_ends,
    *[Family._another_parent, Family._an_unknown_holder] * 2,
    Family._dies,
    Family._disappears,
    Family._emigrates,
    Family._comes_back,
    Family._is_protected,
    Family._is_mislaid,
    *[Family._is_found] * 2,
    *[Family._gets_another_number] * 3,
    *[Family._the_children_s_answers_follow] * 2,
    Family._is_a_double,
    *[Family._becomes_a_patron, Family._is_a_patron_no_more] * 2,
    Family._a_child_is_enrolled,
    Family._a_child_gets_another_number,
    Family._a_child_dies,
    Family._a_death_is_annulled,
    Family._an_answer_can_t_be_read,
    *[Family._answers_can_be_read] * 2,
    Family._a_birth_date_is_in_doubt,
    *[Family._staff_close_cases] * 2,
    *[Family._a_form_is_signed] * 3,
]


def person(name: str, born: date) -> Facts:
    """Somebody who lives at home."""
    return {"status": 1, "name": {"addressing": name}, "birth_date": born.isoformat(), "residence": HOME, "custody": []}


def is_young(facts: Facts, today: date, spare: int = 0) -> bool:
    """Under 18, and for so many days more."""
    born = date.fromisoformat(facts["birth_date"])
    return (today + timedelta(days=spare + 1)) < born.replace(year=born.year + 18, day=min(born.day, 28))
