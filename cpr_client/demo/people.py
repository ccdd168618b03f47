"""Builds the made-up registry: the cases that show one rule each, then a municipality's ordinary people.

The same count, seed and day give the same registry every time. Shares are those of a public library's
patrons: nearly everybody lives in one municipality, few are dead or gone.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from cpr_client.demo import circumstances
from cpr_client.demo.cases import add_cases
from cpr_client.demo.facts import ProtectionFacts
from cpr_client.demo.families import Draft, finish, household, person
from cpr_client.demo.family_cases import add_family_cases
from cpr_client.demo.names import draw_pools
from cpr_client.demo.numbers import NumberMaker
from cpr_client.demo.registry import Maker, Registry
from cpr_client.demo.succession_cases import add_succession_cases
from cpr_client.demo.towns import ELSEWHERE, HOME, NEIGHBOURS, Addresses

SEED = 851
"""The seed of the demo as it is shown."""

_UNKNOWN_SHARE = 0.006
_MOST_UNKNOWN = 40

_STATUSES = {
    "dies": 1.2,
    "emigrates": 0.9,
    "disappears": 0.3,
    "for tax only": 0.15,
    "annulled": 0.1,
    "special road": 0.7,
    "Greenland": 0.25,
    "Greenland, special road": 0.1,
    "number changed": 0.4,
    "number doubled": 0.2,
}
"""Per hundred grown-ups."""


def new_maker(seed: int, registry: Registry | None = None, salt: str = "") -> Maker:
    """A maker of people whose numbers are none of those in `registry`; the same for one seed and salt."""
    pools = draw_pools(seed)
    source = random.Random(f"{seed}{salt}")
    numbers = NumberMaker(source)
    for known in registry or ():
        numbers.take(known.cpr_number)
    for number in registry.known_to_library if registry else ():
        numbers.take(number)
    return Maker(source, pools, numbers, Addresses(random.Random(seed), pools.roads))


def build_people(count: int, seed: int, today: date) -> Registry:
    """A registry of `count` persons as it stands on `today`, the cases among them.

    Where `count` is below the number of the cases and their families (some 300), it holds just these.
    The registry also names people whom it does not know and a library does (`known_to_library`).
    """
    registry = Registry(today, seed)
    maker = new_maker(seed)
    add_cases(registry, maker)
    add_succession_cases(registry, maker)
    add_family_cases(registry, maker)
    while len(registry) < count:
        _add_household(registry, maker, count - len(registry))
    for _ in range(min(_MOST_UNKNOWN, int(count * _UNKNOWN_SHARE))):
        stranger = finish(person(maker, today, maker.addresses.residence(HOME), (6, 80), maker.source.choice("KM")))
        registry.known_to_library[stranger.cpr_number] = stranger
    return registry


def _add_household(registry: Registry, maker: Maker, room: int) -> None:
    source, today = maker.source, registry.today
    code = HOME if source.random() < 0.93 else source.choice((*NEIGHBOURS, *ELSEWHERE))
    home = maker.addresses.residence(code)
    drafts = household(maker, today, home, room)
    kinds, weights = list(_STATUSES), list(_STATUSES.values())
    for draft in drafts:
        _add_everyday(draft, maker, today)
        grown_up = (today - draft["birth_date"]).days >= 19 * 366
        if grown_up and source.random() * 100 < sum(weights):
            _change_status(registry, maker, draft, source.choices(kinds, weights)[0], len(drafts) < room)
        else:
            registry.put(finish(draft))


def _add_everyday(draft: Draft, maker: Maker, today: date) -> None:
    """What may be so with anybody: former addresses, c/o, contact address, protection, what readers skip."""
    source = maker.source
    moved_in: date = draft["residence"].moved_in
    if source.random() < 0.5 and (moved_in - draft["birth_date"]).days > 400:
        former = maker.addresses.residence(source.choice((HOME, HOME, *ELSEWHERE)))
        since = moved_in - timedelta(days=source.randrange(40, 400))
        draft["former_residences"] = (former.model_copy(update={"moved_in": since, "moved_out": moved_in}),)
    if source.random() < 0.02:
        circumstances.protect(draft, today - timedelta(days=source.randrange(1, 365)), source)
    elif source.random() < 0.01:
        ended = today - timedelta(days=source.randrange(1, 300))
        draft["protection"] = ProtectionFacts.model_construct(flag=False, start=ended - timedelta(days=365), end=ended)
    if source.random() < 0.03:
        circumstances.live_at_anothers(draft, maker)
    if source.random() < 0.025:
        began = source.choice((-700, -200, -90, -30, 20, 60))
        circumstances.take_contact_address(
            draft, today + timedelta(days=began), source.choice((None, 60, 120, 180, 365)), maker
        )
    if source.random() < 0.12:
        draft["marketing_protection"] = ProtectionFacts.model_construct(flag=True, start=moved_in, end=None)
    if source.random() < 0.03:
        draft["notes"] = ("Opdigtet notat",)
    if source.random() < 0.004:
        circumstances.take_guardian(draft, moved_in, source)


def _change_status(registry: Registry, maker: Maker, draft: Draft, kind: str, room_for_one_more: bool) -> None:
    """Puts the person into the registry as `kind` says, and keeps what the library knew before."""
    source, today = maker.source, registry.today
    on = today - timedelta(days=source.randrange(5, 500))
    before = finish(draft)
    if kind in ("number changed", "number doubled"):
        if room_for_one_more:
            successor = circumstances.number_in_force(draft, maker)
            status = 60 if kind == "number changed" else 50
            registry.put(circumstances.old_number(draft, successor, status, on, source))
            registry.known_to_library[before.cpr_number] = before
            draft["cpr_number"] = successor
    elif kind == "dies":
        circumstances.die(draft, on)
    elif kind == "emigrates":
        circumstances.emigrate(draft, on, source)
    elif kind == "disappears":
        circumstances.disappear(draft, on)
    elif kind == "for tax only":
        circumstances.keep_for_tax_only(draft, on)
    elif kind == "annulled":
        circumstances.annul(draft, on)
    elif kind == "special road":
        circumstances.live_on_special_road(draft, on, maker)
    else:
        circumstances.live_in_greenland(draft, on, maker, special=kind == "Greenland, special road")
    registry.put(finish(draft))
    if draft["cpr_number"] == before.cpr_number and draft["status"] != 1:
        registry.known_to_library[before.cpr_number] = before
