"""What of a patron's change downstream would see: kinds of events, each with its fields.

Compared is what downstream was shown on the day of the last answer with what it is shown today, so
that an address or a protection that changes by its dates alone is told on the day on which it is
seen. Text that is stored anew but is no change (display text of an address, a status date, the
dates of a protection that holds all the same) makes no event. docs/reference/rules.md, "Change events".
"""

from __future__ import annotations

from datetime import date

from mappers import address_kinds as kinds
from mappers import events
from mappers.address import address_changed, components
from mappers.protection import protected_on
from mappers.record import PatronRecord

Changes = dict[str, tuple[str, ...]]
"""Kind of event -> names of the fields, in the order of `mappers.events`."""

_NAME_FIELDS = ("name", "birth_date", "birth_date_uncertain")

PROTECTED = ("protected",)


def changes(before: PatronRecord, before_day: date, after: PatronRecord, after_day: date) -> Changes:
    """What changed from the patron as shown on `before_day` to the patron as shown on `after_day`.

    A birth date that is another is told as `patron.name` (who the patron is).
    """
    found: Changes = {}
    if before is not after:
        named = tuple(field for field in _NAME_FIELDS if getattr(before, field) != getattr(after, field))
        if named:
            found[events.NAME] = named
    addressed = address_changed(before, before_day, after, after_day)
    if addressed:
        found[events.ADDRESS] = addressed
    if before.municipality_code != after.municipality_code:
        found[events.MUNICIPALITY] = ("municipality_code",)
    if before.registry_status != after.registry_status:
        found[events.STATUS] = ("registry_status",)
    if protected_on(before, before_day) != protected_on(after, after_day):
        found[events.PROTECTION] = PROTECTED
    return found


def filled(after: PatronRecord, day: date) -> Changes:
    """What a first answer fills: downstream was shown nothing until then, whatever an extract had held.

    Protection is always among it: until then it was unknown.
    """
    found: Changes = {}
    named = tuple(field for field in _NAME_FIELDS if getattr(after, field) is not None)
    if named:
        found[events.NAME] = named
    parts = components(after, day)
    if parts["address_kind"] != kinds.NONE:
        found[events.ADDRESS] = tuple(name for name, value in parts.items() if value)
    if after.municipality_code is not None:
        found[events.MUNICIPALITY] = ("municipality_code",)
    found[events.STATUS] = ("registry_status",)
    found[events.PROTECTION] = PROTECTED
    return found
