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

_EVENT = (
    "sync.change.position",
    "sync.change.patron_number",
    "sync.change.kind",
    "sync.change.fields",
    "sync.change.at",
    "sync.change.run_id",
)

GIVES: Mapping[str, tuple[str, ...]] = {
    "downstream.try_card": (),  # says nothing
    "downstream.card_answer": ("library.patron.patron_number", "library.block.since"),  # the patron, and whether barred
    "downstream.changes_past": _EVENT,
    "downstream.clear_absence": (),
    "downstream.commit_patrons": (),
    "downstream.commit_position": (),
    "downstream.forget_consumer": (),
    "downstream.hold_consumer": (),
    "downstream.list_consumers": (  # those of who asks
        "sync.consumer.consumer",
        "sync.consumer.position",
        "sync.consumer.patrons_after",  # whether there is one
        "sync.consumer.registered_at",
        "sync.consumer.registered_by",
        "sync.consumer.read_at",
        "sync.consumer.dead_on",
        "sync.consumer.stopped_at",
        "sync.consumer.stopped_position",
        "sync.consumer.stopped_reason",
        "sync.change.at",
    ),
    "downstream.next_changes": _EVENT,
    "downstream.next_patrons": ("library.patron.patron_number",),
    "downstream.register_consumer": (),
    "downstream.set_absence": (),
    "downstream.set_email": (),
    "downstream.set_home_branch": (),
    "downstream.set_mobile": (),
    "downstream.skip_change": ("sync.consumer.stopped_position",),
    "downstream.stop_consumer": (),
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
