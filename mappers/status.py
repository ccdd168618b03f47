"""What each registry status does to a patron, as one table (docs/reference/rules.md, "Registry status -> patron").

`annulled` and `succeeded` numbers say nothing about a person: they have no row in `EFFECTS`.
"""

from __future__ import annotations

from typing import NamedTuple

from cpr_client.errors import MalformedAnswer
from mappers import address_kinds as kinds
from mappers import blocks

DENMARK = "Denmark"
GREENLAND = "Greenland"

ANNULLED = 30
"""The number was annulled: nothing but the status is taken from the answer."""

SUCCEEDED = frozenset({50, 60})
"""The number was deleted as a double, or changed: the answer names the number now in force."""

DEAD = 90

NO_CONTACT_ADDRESS = frozenset({ANNULLED, DEAD})
"""The statuses under which a contact address is never the current address."""


class Effect(NamedTuple):
    """What a status does: the kind of the base address, where the person is resident, and the block.

    `resident`: `Denmark`, `Greenland` or None. A resident's municipality is refreshed and a
    residence must be in the answer; everybody else's municipality is cleared.
    """

    address_kind: str
    resident: str | None = None
    block: str | None = None


EFFECTS: dict[int, Effect] = {
    1: Effect(kinds.RESIDENTIAL, DENMARK),
    3: Effect(kinds.ADMINISTRATIVE, DENMARK),
    5: Effect(kinds.RESIDENTIAL, GREENLAND),
    7: Effect(kinds.ADMINISTRATIVE, GREENLAND),
    20: Effect(kinds.LAST_KNOWN),
    70: Effect(kinds.LAST_KNOWN),
    80: Effect(kinds.FOREIGN),
    DEAD: Effect(kinds.LAST_KNOWN, block=blocks.DECEASED),
}
"""Status -> effect, for the statuses that say something about a person."""


def effect_of(status: int) -> Effect:
    """The effect of a status; raises `MalformedAnswer` for one that the library does not know."""
    effect = EFFECTS.get(status)
    if effect is None:
        raise MalformedAnswer("status", "is unknown")
    return effect
