"""What the database's catalog cannot tell of its readers, declared once: what a view only goes by, and what a function
gives back whose body is a text. tests/db/test_inventory.py holds both against the database.
"""

from __future__ import annotations

from collections.abc import Mapping

GOES_BY: Mapping[str, tuple[str, ...]] = {
    "downstream.contact": (
        "library.block.patron_number",
        "library.block.reason",
        "library.patron.registry_status",
    ),
    "downstream.guardian_of": (
        "library.guardian.cpr_number",
        "library.guardian.guardian_id",
        "library.guardian_link.guardian_id",
        "library.patron.cpr_number",
        "library.patron.registry_status",
        "library.staff_case.detail",
        "library.staff_case.kind",
        "library.staff_case.patron_number",
        "library.staff_case.resolved_on",
        "sync.guardian_check.guardian_id",
        "sync.guardian_check.reason",
        "sync.quarantine.closed_on",
        "sync.quarantine.patron_number",
        "sync.quarantine.reason",
    ),
    "downstream.patron": ("library.patron.cpr_number",),
}
"""View -> columns that it goes by and does not show: whether a CPR number is one that the registry knows, whether a
patron is dead, whether an answer about a guardian has failed. Whatever else a view uses it is taken to show."""

GIVES: Mapping[str, tuple[str, ...]] = {
    "downstream.try_card": (),  # says nothing
    "downstream.card_answer": ("library.patron.patron_number", "library.block.since"),  # the patron, and whether barred
    "downstream.clear_absence": (),
    "downstream.commit_position": (),
    "downstream.forget_consumer": (),
    "downstream.next_changes": (
        "sync.change.position",
        "sync.change.patron_number",
        "sync.change.kind",
        "sync.change.fields",
        "sync.change.at",
        "sync.change.run_id",
    ),
    "downstream.register_consumer": (),
    "downstream.set_absence": (),
    "downstream.set_email": (),
    "downstream.set_home_branch": (),
    "downstream.set_mobile": (),
    "library.municipality_statistics": (
        "library.patron.municipality_code",
        "library.patron.birth_date",
        "library.patron.patron_group",
        "library.net_media_right.granted",
    ),
    "library.municipality_totals": (
        "library.patron.municipality_code",
        "library.patron.birth_date",
        "library.net_media_right.granted",
    ),
    "sync.drop_access_partitions": (),
    "sync.ensure_access_partition": (),
    "sync.keep_pins": (),
    "sync.pin_salts": (),  # the salts of hashes, which tell nothing of a PIN
    "sync.put_kept_pins": (),
    "sync.put_pins": (),
    "sync.same_pins": (),  # whether a hash that the caller has is the stored one
}
"""Function that works with its owner's rights -> columns whose values it gives back, or counts."""
