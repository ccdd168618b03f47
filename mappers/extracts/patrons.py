"""The extract of patrons: what the library owns, and what it knew before the registry spoke.

What a line does is in `mappers.extracts.taking`; the format is docs/reference/import.md.
"""

from __future__ import annotations

from mappers import events
from mappers.extracts.cells import (
    read_cpr_number,
    read_date,
    read_language,
    read_lines,
    read_municipality_code,
    read_postal_code,
)
from mappers.extracts.columns import Column, Extract

PATRONS = Extract(
    kind="patrons",
    key="patron_number",
    columns=(
        Column("patron_number", required=True),
        Column("cpr_number", read_cpr_number),
        Column("name"),
        Column("birth_date", read_date),
        Column("address"),
        Column("postal_code", read_postal_code),
        Column("postal_district"),
        Column("municipality_code", read_municipality_code),
        Column("patron_group"),
        Column("home_branch"),
        Column("language", read_language),
        Column("email"),
        Column("mobile"),
        Column("landline"),
        Column("card_number"),
        Column("pin"),
        Column("blocked_on", read_date),
        Column("block_reason"),
        Column("internal_note", read_lines),
        Column("note_to_patron", read_lines),
        Column("absent_from", read_date),
        Column("absent_to", read_date),
    ),
    go_together=(("blocked_on", "block_reason"), ("absent_from", "absent_to")),
    needs={
        "pin": "card_number",
        "blocked_on": "block_reason",
        "block_reason": "blocked_on",
        "absent_to": "absent_from",
    },
    periods=(("absent_from", "absent_to"),),
)

EVENT_OF_FIELD = {
    "name": events.NAME,
    "birth_date": events.NAME,
    "address_kind": events.ADDRESS,
    "street": events.ADDRESS,
    "postal_code": events.ADDRESS,
    "municipality_code": events.MUNICIPALITY,
    "cpr_number": events.CPR_NUMBER,
    "blocks": events.BLOCK,
    "patron_group": events.GROUP,
    "language": events.CONTACT,
    "email": events.CONTACT,
    "mobile": events.CONTACT,
    "landline": events.CONTACT,
    "absence": events.ABSENCE,
    "home_branch": events.BRANCH,
}
"""Fields that an extract can change -> the event that tells of it. The others (notes, card, PIN, and the postal
district, which is display text) are told to nobody."""
