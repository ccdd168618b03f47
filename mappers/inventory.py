"""What the library keeps about people, declared once: the privacy notice, row by row, and what is kept beside it.

For whoever answers for it: `ROWS` is the whole list, in the order of the notice. A row names the columns in which the
thing lies, where it comes from, the rule of retention that removes it (`mappers/retention.py`: the period is that
rule's, and is written nowhere else), who sees it, and whether the patron is shown it who asks what is known about them
(GDPR article 15). Its words, in Danish and English, stand in flows/wording/inventory.<language>.toml under its key: the
term, what it is, why it is kept.

The record of processing (`patronsync inventory`), the patron's own copy and docs/reference/inventory.md are made from
it. Every column of the schema `library` has its place in exactly one row, and so has every table of `sync`
(tests/house/test_inventory.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from mappers.retention import (
    ACCESS_LOG,
    BALANCES,
    CHANGE_FEED,
    GUARDIANS,
    LOANS,
    MESSAGES,
    PATRONS_GONE,
    RESERVATIONS,
    RUN_RECORDS,
    Rule,
)

NOTICE, BESIDE, WORKER = "notice", "beside", "worker"
PARTS: tuple[str, ...] = (NOTICE, BESIDE, WORKER)
"""Parts of the inventory: rows of the privacy notice; what the library keeps beside it; what the worker keeps."""

REGISTRY, LIBRARY, PATRON, PATRONSYNC = "registry", "library", "patron", "patronsync"
SOURCES: tuple[str, ...] = (REGISTRY, LIBRARY, PATRON, PATRONSYNC)
"""Where a thing comes from, and is put right: the civil registry, staff, the patron on the website, this worker."""

STAFF, WEBSITE, KIOSK, NET_MEDIA, SENDER, STATISTICS = (
    "staff",
    "website",
    "kiosk",
    "net_media",
    "messages",
    "statistics",
)
READERS: tuple[str, ...] = (STAFF, WEBSITE, KIOSK, NET_MEDIA, SENDER, STATISTICS)
"""Who may see a row beside the worker: systems, by their roles in the database (db/roles.py), whose grants decide.
Statistics sees counts alone."""

UNTIL_OF_AGE = "until of age"
AS_THE_LIST = "as the list"
AS_THE_CONSUMER = "as the consumer"
WHILE_AT_WORK = "while at work"
NEXT_RUN = "next run"
FORGOTTEN = "forgotten"
CARD_TRY = "card try"
FOR_GOOD = "for good"
OTHER_ENDS: tuple[str, ...] = (
    UNTIL_OF_AGE,
    AS_THE_LIST,
    AS_THE_CONSUMER,
    WHILE_AT_WORK,
    NEXT_RUN,
    FORGOTTEN,
    CARD_TRY,
    FOR_GOOD,
)
"""Until when a thing is kept that no rule of retention removes."""

NOBODY, PIN, PASSING, RECORDS = "nobody", "pin", "passing", "records"
LEFT_OUT: tuple[str, ...] = (NOBODY, PIN, PASSING, RECORDS)
"""Why a patron who asks is not shown a row: nobody is in it; a PIN is never readable; it is there while work lasts and
says nothing that another row does not say; it is the worker's own record, which names patrons by number alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is kept. `places`: its columns (`library.patron.name`); of the worker's own, its tables
    (`sync.disclosure`).

    `kept`: the rule of retention that removes it, or one of `OTHER_ENDS`. `left_out`: why the patron is not shown it,
    one of `LEFT_OUT`; None: they are. `seen_by`: who may see it, or a part of it, beside the worker. `worker_sees`: the
    worker may. Both say what is meant; a test and `patronsync inventory` hold them against what the database grants.
    """

    key: str
    part: str
    places: tuple[str, ...]
    sources: tuple[str, ...]
    kept: Rule | str
    left_out: str | None = None
    seen_by: tuple[str, ...] = ()
    worker_sees: bool = True

    @property
    def rule(self) -> Rule | None:
        """The rule of retention that removes it, if one does. `PATRONS_GONE`: it is kept as long as the patron."""
        return self.kept if isinstance(self.kept, Rule) else None

    @property
    def end(self) -> str:
        """The code of its end: the name of its rule, or one of `OTHER_ENDS`."""
        return self.kept.name if isinstance(self.kept, Rule) else self.kept

    @property
    def is_shown(self) -> bool:
        """Whether a patron who asks is shown it."""
        return self.left_out is None

    @property
    def from_registry(self) -> bool:
        """Whether the registry keeps it fresh; it is put right there."""
        return REGISTRY in self.sources

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables in which it lies."""
        return tuple(dict.fromkeys(table_of(place) for place in self.places))


def table_of(place: str) -> str:
    """`library.patron` for `library.patron.name`, and for itself."""
    return ".".join(place.split(".")[:2])


def _in(table: str, columns: str) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for column in columns.split())


_ADDRESS = "address_kind co_name street address_lines town postal_code postal_district country"
_CONTACT = "contact_lines contact_from contact_to"

ROWS: tuple[Row, ...] = (
    # The notice
    Row(
        "patron_number",
        NOTICE,
        ("library.patron.patron_number",),
        (LIBRARY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, KIOSK, NET_MEDIA, SENDER),
    ),
    Row(
        "cpr_number",
        NOTICE,
        ("library.patron.cpr_number", *_in("library.former_cpr_number", "cpr_number patron_number until")),
        (LIBRARY, REGISTRY),
        PATRONS_GONE,
    ),
    Row(
        "absence",
        NOTICE,
        _in("library.absence", "patron_number absent_from absent_to"),
        (PATRON, LIBRARY),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, SENDER),
    ),
    Row("name", NOTICE, ("library.patron.name",), (REGISTRY,), PATRONS_GONE, seen_by=(STAFF, WEBSITE)),
    Row(
        "birth_date",
        NOTICE,
        _in("library.patron", "birth_date birth_date_uncertain"),
        (REGISTRY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, STATISTICS),
    ),
    Row(
        "address",
        NOTICE,
        _in("library.patron", f"{_ADDRESS} {_CONTACT}"),
        (REGISTRY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE),
    ),
    Row(
        "phones",
        NOTICE,
        _in("library.patron_phone", "patron_number kind number"),
        (PATRON, LIBRARY),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, SENDER),
    ),
    Row(
        "email",
        NOTICE,
        ("library.patron.email",),
        (PATRON, LIBRARY),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, SENDER),
    ),
    Row(
        "blocks",
        NOTICE,
        _in("library.block", "patron_number reason source since"),
        (LIBRARY, REGISTRY),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, KIOSK),
    ),
    Row(
        "patron_group",
        NOTICE,
        ("library.patron.patron_group",),
        (LIBRARY, PATRONSYNC),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, STATISTICS),
    ),
    Row(
        "home_branch",
        NOTICE,
        ("library.patron.home_branch",),
        (PATRON, LIBRARY),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE),
    ),
    Row(
        "municipality",
        NOTICE,
        ("library.patron.municipality_code",),
        (REGISTRY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, STATISTICS),
    ),
    Row(
        "language",
        NOTICE,
        ("library.patron.language",),
        (LIBRARY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, SENDER),
    ),
    Row("cards", NOTICE, _in("library.patron_card", "card_number patron_number"), (LIBRARY,), PATRONS_GONE),
    Row(
        "pin", NOTICE, _in("library.card_pin", "card_number pin_hash"), (LIBRARY,), PATRONS_GONE, PIN, worker_sees=False
    ),
    Row("internal_note", NOTICE, ("library.patron.internal_note",), (LIBRARY,), PATRONS_GONE, seen_by=(STAFF,)),
    Row("note_to_patron", NOTICE, ("library.patron.note_to_patron",), (LIBRARY,), PATRONS_GONE, seen_by=(STAFF,)),
    Row(
        "loans",
        NOTICE,
        _in(
            "library.loan",
            "loan_number patron_number item_number title author lent_at due_on returned_at lost_at"
            " unsettled_charges settled_on lost_billed gone_settled_on gone_lost_billed over_on",
        ),
        (LIBRARY,),
        LOANS,
    ),
    Row(
        "reservations",
        NOTICE,
        _in(
            "library.reservation",
            "reservation_number patron_number item_number title author reserved_at pickup_branch"
            " fulfilled_at deleted_at",
        ),
        (LIBRARY,),
        RESERVATIONS,
    ),
    Row(
        "balances",
        NOTICE,
        (
            *_in("library.charge", "charge_number patron_number loan_number kind amount charged_at settled_on"),
            *_in("library.payment", "payment_number charge_number amount paid_at"),
        ),
        (LIBRARY,),
        BALANCES,
    ),
    Row(
        "messages",
        NOTICE,
        _in("library.message", "message_number patron_number channel kind sent_at"),
        (LIBRARY,),
        PATRONS_GONE,
    ),
    Row(
        "messages_material",
        NOTICE,
        _in("library.message", "loan_number item_number title author text"),
        (LIBRARY,),
        MESSAGES,
    ),
    Row(
        "guardian_links",
        NOTICE,
        _in(
            "library.guardian_link",
            "link_number patron_number guardian_id source kind valid_from valid_to confirmed signed_on ended",
        ),
        (LIBRARY, REGISTRY),
        GUARDIANS,
        seen_by=(STAFF, WEBSITE),
    ),
    Row(
        "guardians",
        NOTICE,
        (
            *_in(
                "library.guardian",
                f"guardian_id patron_number cpr_number name birth_date birth_date_uncertain {_ADDRESS} {_CONTACT}"
                " registry_status registry_status_date protection_flag protected_from protected_to"
                " mobile landline email",
            ),
            *_in("library.former_guardian_number", "cpr_number guardian_id"),
        ),
        (LIBRARY, REGISTRY),
        GUARDIANS,
        seen_by=(STAFF, WEBSITE),
    ),
    Row(
        "custody",
        NOTICE,
        _in("library.custody", "patron_number kind cpr_number valid_from valid_to"),
        (REGISTRY,),
        UNTIL_OF_AGE,
    ),
    # Beside the notice
    Row(
        "registry_status",
        BESIDE,
        _in("library.patron", "registry_status registry_status_date"),
        (REGISTRY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE),
    ),
    Row(
        "protection",
        BESIDE,
        _in("library.patron", "protection_flag protected_from protected_to"),
        (REGISTRY,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE),
    ),
    Row("address_parts", BESIDE, _in("library.patron", "road_code house_number floor door"), (REGISTRY,), PATRONS_GONE),
    Row("last_residence", BESIDE, ("library.patron.last_residence",), (REGISTRY,), PATRONS_GONE),
    Row("gone_on", BESIDE, ("library.patron.gone_on",), (PATRONSYNC,), PATRONS_GONE, seen_by=(STAFF, WEBSITE, SENDER)),
    Row(
        "net_media_rights",
        BESIDE,
        _in("library.net_media_right", "patron_number service granted reason since until municipality_code left_on"),
        (PATRONSYNC,),
        PATRONS_GONE,
        seen_by=(STAFF, WEBSITE, NET_MEDIA, STATISTICS),
    ),
    Row(
        "staff_cases",
        BESIDE,
        _in(
            "library.staff_case",
            "case_number patron_number kind since closed_on detail resolved_on closed_by closing_word",
        ),
        (PATRONSYNC, LIBRARY),
        PATRONS_GONE,
        seen_by=(STAFF,),
    ),
    Row(
        "legal_holds",
        BESIDE,
        _in("library.legal_hold", "patron_number reason placed_on lifted_on"),
        (LIBRARY,),
        PATRONS_GONE,
    ),
    Row(
        "lists",
        BESIDE,
        (
            *_in("library.branch", "branch name"),
            *_in("library.patron_group", "patron_group name"),
            *_in("library.municipality", "code name kind"),
            *_in("library.net_media_service", "service name"),
            *_in(
                "library.net_media_agreement",
                "service municipality_code valid_from valid_to min_age max_age excluded_groups grace_days",
            ),
        ),
        (LIBRARY, PATRONSYNC),
        AS_THE_LIST,
        NOBODY,
    ),
    # What the worker keeps
    Row("look_ups", WORKER, ("sync.registry_access",), (PATRONSYNC,), ACCESS_LOG),
    Row("disclosures", WORKER, ("sync.disclosure",), (PATRONSYNC,), ACCESS_LOG),
    Row("checks", WORKER, ("sync.patron_check",), (PATRONSYNC,), PATRONS_GONE),
    Row("guardian_checks", WORKER, ("sync.guardian_check",), (PATRONSYNC,), GUARDIANS),
    Row("quarantine", WORKER, ("sync.quarantine",), (PATRONSYNC,), RUN_RECORDS),
    Row(
        "changes",
        WORKER,
        ("sync.change",),
        (PATRONSYNC,),
        CHANGE_FEED,
        seen_by=(STAFF, WEBSITE, NET_MEDIA, SENDER),
    ),
    Row("net_media_touched", WORKER, ("sync.net_media_touched",), (PATRONSYNC,), NEXT_RUN, PASSING),
    Row(
        "net_media_decided",
        WORKER,
        ("sync.net_media_in_force", "sync.net_media_decided"),
        (PATRONSYNC,),
        NEXT_RUN,
        NOBODY,
    ),
    Row("forgotten", WORKER, ("sync.forgotten",), (PATRONSYNC,), FORGOTTEN, NOBODY),
    Row(
        "consumers",
        WORKER,
        ("sync.consumer",),
        (PATRONSYNC,),
        AS_THE_CONSUMER,
        RECORDS,
        seen_by=(STAFF, WEBSITE, NET_MEDIA, SENDER),  # each its own
    ),
    Row(
        "card_tries", WORKER, ("sync.card_try", "sync.card_answer"), (PATRONSYNC,), CARD_TRY, PASSING, worker_sees=False
    ),
    Row("moving_pins", WORKER, ("sync.moving_pin",), (LIBRARY,), WHILE_AT_WORK, PIN, worker_sees=False),
    Row("carried_totals", WORKER, ("sync.carried_total",), (PATRONSYNC,), FOR_GOOD, NOBODY),
    Row(
        "runs",
        WORKER,
        ("sync.run", "sync.batch", "sync.approval", "sync.retention_outcome"),
        (PATRONSYNC,),
        RUN_RECORDS,
        RECORDS,
    ),
    Row("claims", WORKER, ("sync.claim", "sync.guardian_claim"), (PATRONSYNC,), WHILE_AT_WORK, PASSING),
    Row("database", WORKER, ("sync.instance", "sync.alembic_version"), (PATRONSYNC,), FOR_GOOD, NOBODY),
)
"""All of it, in the order of the notice."""

BY_KEY: dict[str, Row] = {row.key: row for row in ROWS}
"""The rows by their keys."""


def lies_in(row: Row) -> tuple[str, ...]:
    """Where the row lies, short: a table by its name where no other row has a part of it, else column by column."""
    shared = {table for other in ROWS if other is not row for table in other.tables}
    return tuple(dict.fromkeys(place if table_of(place) in shared else table_of(place) for place in row.places))
