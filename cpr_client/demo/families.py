"""Households of people who do not exist: singles, couples, and children with whoever holds custody.

A person is drafted as a dict of the fields of `DemoPerson`, so that a later step may still change
something, and becomes a `DemoPerson` at the end (`finish`).
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import NO_NUMBER, CustodyFacts, DemoPerson, RelativeFacts, ResidenceFacts
from cpr_client.demo.names import full_name
from cpr_client.demo.registry import Maker

Draft = dict[str, Any]

OLDEST = 93


def finish(draft: Draft) -> DemoPerson:
    """The person that a draft describes; not validated, since it comes from code."""
    return DemoPerson.model_construct(**draft)


def relative(number: CprNumber) -> RelativeFacts:
    """A parent or spouse known by number."""
    return RelativeFacts.model_construct(cpr_number=number)


def birthday(birth_date: date, age: int) -> date:
    """The day on which somebody becomes `age`; who was born on 29 February does on 1 March of a common year."""
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def born(source: random.Random, today: date, youngest: int, oldest: int) -> date:
    """A birth date of somebody who is `youngest` to `oldest` years old on `today`; never 1 January."""
    latest = birthday(today, -youngest)
    earliest = birthday(today, -oldest - 1) + timedelta(days=1)
    day = earliest + timedelta(days=source.randrange((latest - earliest).days + 1))
    return day if (day.month, day.day) != (1, 1) else day + timedelta(days=1 if day < latest else -1)


def person(
    maker: Maker, today: date, residence: ResidenceFacts, ages: tuple[int, int], sex: str, last: str | None = None
) -> Draft:
    """Somebody who lives at `residence`, status 1."""
    source = maker.source
    birth_date = born(source, today, *ages)
    age = (today - birth_date).days // 365
    moved_in = today - timedelta(days=source.randrange(30, 30 + 365 * max(1, min(age, 25))))
    moved_in = max(moved_in, birth_date)
    return {
        "cpr_number": maker.numbers.make(birth_date, sex),
        "status": 1,
        "status_date": moved_in,
        "name": full_name(maker.names.first(sex), maker.names.middle(), last or maker.names.last()),
        "birth_date": birth_date,
        "birth_date_uncertain": source.random() < 0.004,
        "residence": residence.model_copy(update={"moved_in": moved_in}),
        "marital_status": "U",
    }


def adult(maker: Maker, today: date, residence: ResidenceFacts, oldest: int = OLDEST, last: str | None = None) -> Draft:
    """A grown-up, more often of middle age than very old."""
    source = maker.source
    years = int(source.triangular(18, oldest, 38))
    return person(maker, today, residence, (years, years), source.choice("KM"), last)


def marry(one: Draft, other: Draft, on: date) -> None:
    """Makes spouses of two drafts."""
    for this, that in ((one, other), (other, one)):
        this.update(spouse=relative(that["cpr_number"]), marital_status="G", marital_status_date=on)


def custody_entry(source: random.Random, child: Draft, type_: int, holder: CprNumber | None = None) -> CustodyFacts:
    """Custody from birth on, with the variety that the registry has: days missing, uncertain, known to end."""
    birth_date: date = child["birth_date"]
    dated = source.random() < 0.9
    return CustodyFacts.model_construct(
        type=type_,
        start=birth_date if dated else None,
        start_uncertain=dated and source.random() < 0.05,
        delete=birthday(birth_date, 18) if source.random() < 0.3 else None,
        holder=holder,
        holder_since=birth_date if holder is not None and source.random() < 0.5 else None,
    )


def give_parents(child: Draft, mother: Draft | None, father: Draft | None) -> None:
    """Enters the parents at the child and the child at the parents. Custody is another matter."""
    for key, parent in (("mother", mother), ("father", father)):
        if parent is not None:
            child[key] = relative(parent["cpr_number"])
            parent["children"] = (*parent.get("children", ()), child["cpr_number"])


def children_of(maker: Maker, today: date, home_of: Draft, count: int, younger: date) -> list[Draft]:
    """Children under 18 who live where `home_of` does and bear their last name, without any custody yet.

    `younger` is the birth date of the younger parent: no child is born before that parent was 18.
    """
    oldest = min(17, max(0, (today - younger).days // 366 - 19))
    drafts = []
    for _ in range(count):
        sex = maker.source.choice("KM")
        drafts.append(person(maker, today, home_of["residence"], (0, oldest), sex, home_of["name"].last))
    return drafts


def _with_children(maker: Maker, today: date, home: ResidenceFacts) -> list[Draft]:
    """Two parents, of one sex now and then, who both hold custody."""
    source = maker.source
    mother = person(maker, today, home, (23, 50), "K")
    sex = "K" if source.random() < 0.04 else "M"
    father = person(maker, today, home, (23, 55), sex, mother["name"].last)
    if source.random() < 0.6:
        marry(mother, father, today - timedelta(days=source.randrange(200, 4000)))
    younger = max(mother["birth_date"], father["birth_date"])
    children = children_of(maker, today, mother, source.choice((1, 1, 2, 2, 3)), younger)
    for child in children:
        give_parents(child, mother, father)
        child["custody"] = tuple(custody_entry(source, child, type_) for type_ in (3, 4))
    return [mother, father, *children]


def _lone_parent(maker: Maker, today: date, home: ResidenceFacts) -> list[Draft]:
    """One parent at home; the other lives elsewhere, with or without custody, or is not known."""
    source = maker.source
    mother = person(maker, today, home, (20, 50), "K")
    kind = source.choices(("shared", "mother alone", "father unknown"), (60, 25, 15))[0]
    father: Draft | None = None
    if kind != "father unknown":
        elsewhere = maker.addresses.residence(source.choice((851, 851, 851, 840, 751)))
        father = person(maker, today, elsewhere, (22, 55), "M")
    younger = mother["birth_date"] if father is None else max(mother["birth_date"], father["birth_date"])
    children = children_of(maker, today, mother, source.choice((1, 1, 2)), younger)
    for child in children:
        give_parents(child, mother, father)
        if father is None and source.random() < 0.7:
            child["father"] = relative(NO_NUMBER)
        types = (3, 4) if kind == "shared" else (3,)
        child["custody"] = tuple(custody_entry(source, child, type_) for type_ in types)
        if kind == "shared" and source.random() < 0.3:
            child["shared_residence_since"] = max(child["birth_date"], today - timedelta(days=source.randrange(1, 900)))
    return [mother, *children, *([father] if father else [])]


def _other_holders(maker: Maker, today: date, home: ResidenceFacts) -> list[Draft]:
    """Children in the custody of others: one, two, or a parent and an other holder together."""
    source = maker.source
    first = person(maker, today, home, (45, 70), "K")
    second = person(maker, today, home, (45, 70), "M", first["name"].last)
    parent = person(maker, today, maker.addresses.residence(851), (20, 40), "K", first["name"].last)
    child = children_of(maker, today, first, 1, parent["birth_date"])[0]
    kind = source.choice(("one", "two", "with a parent"))
    holders = [(5, first)] if kind == "one" else [(5, first), (6, second)]
    people = [first, second, child]
    if kind == "with a parent":
        give_parents(child, parent, None)
        child["custody"] = (custody_entry(source, child, 3), custody_entry(source, child, 5, first["cpr_number"]))
        people.append(parent)
    else:
        child["custody"] = tuple(custody_entry(source, child, t, holder["cpr_number"]) for t, holder in holders)
    return people


def _couple(maker: Maker, today: date, home: ResidenceFacts) -> list[Draft]:
    """Two grown-ups, married or not."""
    source = maker.source
    one = adult(maker, today, home)
    other = adult(maker, today, home, last=one["name"].last)
    if source.random() < 0.6:
        marry(one, other, today - timedelta(days=source.randrange(30, 6000)))
    return [one, other]


def household(maker: Maker, today: date, home: ResidenceFacts, room: int) -> list[Draft]:
    """The people of one household (and a parent elsewhere): at most `room`, where `room` is below 6 a single."""
    if room < 6:
        return [adult(maker, today, home)]
    kinds = (_couple, _with_children, _lone_parent, _other_holders, None)
    kind = maker.source.choices(kinds, (18, 30, 10, 1.5, 40.5))[0]
    return kind(maker, today, home) if kind else [adult(maker, today, home)]
