"""The database's roles, declared once: who reads and writes what is in db/upgrading/grant.sql (docs/how-to/roles.md).

They belong to the whole server, may not log in, and are granted to the users that do. Each upgrade makes those that are
missing, where its user may; where not, `missing_roles` says which an administrator has to make.
"""

from __future__ import annotations

from typing import NamedTuple

import psycopg

from db.statements import statement


class Role(NamedTuple):
    """A role and, in one line, whose it is."""

    name: str
    meaning: str


PREFIX = "patronsync_"
"""How each role's name begins; what follows is whose it is (mappers/inventory.py: READERS)."""

WORKER = Role("patronsync_worker", "the flows and commands of patronsync; reads CPR numbers, as nobody else does")
STAFF = Role("patronsync_staff", "staff: protected names and addresses, internal notes, cases")
WEBSITE = Role("patronsync_website", "the website: shows patrons their own, and changes what they may change there")
KIOSK = Role("patronsync_kiosk", "self-service kiosks: checks a card and its PIN, and reads nothing else")
NET_MEDIA = Role("patronsync_net_media", "the net-media gateway: who may use which service")
MESSAGES = Role("patronsync_messages", "the sender of SMS and e-mail: who may be written to, how, and who is absent")
STATISTICS = Role("patronsync_statistics", "the statistics office: counts alone")

ROLES: tuple[Role, ...] = (WORKER, STAFF, WEBSITE, KIOSK, NET_MEDIA, MESSAGES, STATISTICS)

NAMES: list[str] = [role.name for role in ROLES]


def make_roles(connection: psycopg.Connection) -> None:
    """Makes the roles that are missing, where the user may, and gives each what it may do, no more."""
    connection.execute(statement("upgrading/make_roles"), {"roles": NAMES})
    connection.execute(statement("upgrading/grant"))


def missing_roles(connection: psycopg.Connection) -> list[str]:
    """Names of roles that the server lacks."""
    rows = connection.execute(statement("upgrading/list_roles"), {"roles": NAMES}).fetchall()
    there = {name for (name,) in rows}
    return [name for name in NAMES if name not in there]
