"""One patron as staff may see them: the object of `patronsync patron --json` (docs/reference/commands.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

from db.patrons.store import GuardianView, PatronView
from mappers.address import current_address


def patron_json(view: PatronView, day: date, *, revealed: bool = False) -> dict[str, Any]:
    """The patron on `day`. Name and address are null where they are withheld and not `revealed`.

    So is a guardian's name where the guardian is protected, or the child. No guardian's address is ever in it.

    Dates are ISO 8601; a time has its zone offset. There is never a CPR number in it.
    """
    record = view.record
    shown = revealed or not view.withheld
    return {
        "patron_number": view.patron_number,
        "name": record.name if shown else None,
        "birth_date": _iso(record.birth_date),
        "birth_date_uncertain": record.birth_date_uncertain,
        "address": current_address(record, day) if shown else None,
        "municipality_code": record.municipality_code,
        "registry_status": record.registry_status,
        "protected": view.protected,
        "blocks": view.blocks,
        "patron_group": view.patron_group,
        "checked_at": view.checked_at.isoformat() if view.checked_at else None,
        "quarantine": view.quarantine,
        "guardians": [_guardian(guardian, shown, revealed) for guardian in view.guardians],
        "net_media": view.net_media,
    }


def _guardian(guardian: GuardianView, child_shown: bool, revealed: bool) -> dict[str, Any]:
    shown = revealed or (child_shown and not guardian.withheld)
    return {
        "kind": guardian.kind,
        "source": guardian.source,
        "name": guardian.name if shown else None,
        "from": _iso(guardian.valid_from),
        "to": _iso(guardian.valid_to),
        "confirmed": guardian.confirmed,
        "patron_number": guardian.patron_number,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
