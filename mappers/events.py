"""The kinds of change events, declared once (docs/reference/rules.md, "Change events").

A patron's change makes one event per kind and transaction. It names the patron number and the
fields that changed, never their values: the consumer reads the current view.
"""

from __future__ import annotations

from typing import NamedTuple


class EventKind(NamedTuple):
    """One kind of event: its code, and in one line what it tells a consumer."""

    kind: str
    meaning: str


ADDED = "patron.added"
NAME = "patron.name"
ADDRESS = "patron.address"
MUNICIPALITY = "patron.municipality"
STATUS = "patron.status"
PROTECTION = "patron.protection"
CPR_NUMBER = "patron.cpr_number"
BLOCK = "patron.block"
GROUP = "patron.group"
CONTACT = "patron.contact"
ABSENCE = "patron.absence"
BRANCH = "patron.branch"
GUARDIAN_LINKED = "guardian.linked"
GUARDIAN_ENDED = "guardian.ended"
GUARDIAN_CASE = "guardian.case"
NET_MEDIA_GRANTED = "net_media.granted"
NET_MEDIA_REVOKED = "net_media.revoked"
PATRON_DELETED = "patron.deleted"

EVENT_KINDS: tuple[EventKind, ...] = (
    EventKind(ADDED, "the patron is new to the library"),
    EventKind(NAME, "the name, or the birth date, is another"),
    EventKind(ADDRESS, "the address that is current is another, by what was learnt or by a date that fell"),
    EventKind(MUNICIPALITY, "the municipality of residence is another, or none"),
    EventKind(STATUS, "the registry status is another (moved abroad, disappeared, dead, annulled, ...)"),
    EventKind(PROTECTION, "name and address protection began or ended"),
    EventKind(CPR_NUMBER, "the patron's CPR number moved; neither number is told"),
    EventKind(BLOCK, "a block was set, dated anew or lifted"),
    EventKind(GROUP, "the patron group is another"),
    EventKind(CONTACT, "telephone, e-mail or language is another"),
    EventKind(ABSENCE, "the absence period is another, or none"),
    EventKind(BRANCH, "the home branch is another"),
    EventKind(GUARDIAN_LINKED, "a guardian was linked to the patron, a minor"),
    EventKind(GUARDIAN_ENDED, "a guardian's link to the patron ended"),
    EventKind(GUARDIAN_CASE, "a case about the patron's guardians was opened or closed"),
    EventKind(NET_MEDIA_GRANTED, "the patron may use net-media services that were barred"),
    EventKind(NET_MEDIA_REVOKED, "the patron may no longer use net-media services"),
    EventKind(PATRON_DELETED, "the patron is gone, with all of theirs"),
)
"""All kinds, in the order in which the events of one patron and transaction are written."""

KINDS: tuple[str, ...] = tuple(kind for kind, _ in EVENT_KINDS)
"""The codes of `EVENT_KINDS`, in that order."""
