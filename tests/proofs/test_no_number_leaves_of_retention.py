"""What retention removes is gone: nothing of it in the feed, in a record, in a log, in Prefect, whatever fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.cli import exits
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer
from tests.fixtures.proofs import Proof
from tests.fixtures.recognizable import CO, EMAIL, LINE, NAME, NEW_NAME, NUMBER, PEOPLE, Kept, Night, refusing, spying

WHEN = "2025-11-05 12:00+01"
TODAY = ("--today", DAY.isoformat())


def fill(library: Library) -> None:
    """Titles, texts and reasons that name people; L1 stays, L2 is gone from the register, L3 is under a hold."""
    library.connection.execute("TRUNCATE library.patron, sync.forgotten CASCADE")
    for patron, (number, name) in PEOPLE.items():
        library.enrol(patron, number, name=name, email=EMAIL, gone_on="2026-02-27" if patron == "L2" else None)
        for query in (
            "INSERT INTO library.loan (loan_number, patron_number, item_number, title, author, lent_at, returned_at) "
            "VALUES ('U' || %(patron)s, %(patron)s, %(item)s, %(title)s, %(author)s, %(at)s, %(at)s)",
            "INSERT INTO library.reservation (reservation_number, patron_number, title, author, reserved_at, "
            "deleted_at) VALUES ('R' || %(patron)s, %(patron)s, %(title)s, %(author)s, %(at)s, %(at)s)",
            "INSERT INTO library.charge (charge_number, patron_number, loan_number, kind, amount, charged_at) "
            "VALUES ('G' || %(patron)s, %(patron)s, 'U' || %(patron)s, 'fee', 20, %(at)s)",
            "INSERT INTO library.payment (payment_number, charge_number, amount, paid_at) "
            "VALUES ('B' || %(patron)s, 'G' || %(patron)s, 20, %(at)s)",
            "INSERT INTO library.message (message_number, patron_number, channel, kind, sent_at, loan_number, "
            "item_number, title, author, text) VALUES ('M' || %(patron)s, %(patron)s, 'sms', 'overdue', %(at)s, "
            "'U' || %(patron)s, %(item)s, %(title)s, %(author)s, %(text)s)",
        ):
            facts = {"patron": patron, "at": WHEN, "item": LINE, "title": NEW_NAME, "author": CO}
            library.connection.execute(query, {**facts, "text": f"{NAME} {NUMBER}: {NEW_NAME}"})
    library.connection.execute("INSERT INTO library.legal_hold VALUES ('L3', %s, '2025-12-01', NULL)", [f"{NAME} {CO}"])


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer) -> Iterator[Night]:
    """The night on which all of it is due."""
    library.settings._prefect.update(prefect_api.environment())
    fill(library)
    with spying() as spy:
        yield Night(library, Kept(prefect_api), spy)


def kept_by_the_worker(library: Library) -> list[str]:
    """Every row of the worker's own tables."""
    tables = library.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'sync'")
    return [row for (table,) in tables for (row,) in library.rows(f"SELECT to_jsonb(t)::text FROM sync.{table} AS t")]


def test_a_night_of_retention_without_a_fault_leaves_none(night: Night) -> None:
    library = night.library
    texts = [library.command("retention", "--dry-run", *TODAY)[1] + library.errors]
    code, printed, flow_run = night.run("retention")
    assert code == exits.DONE, printed
    for option in ("--explain", "--verify"):
        for form in ((), ("--json",)):
            texts.append(library.command("retention", option, *form, *TODAY)[1] + library.errors)
    assert library.rows("SELECT patron_number FROM library.patron ORDER BY 1") == [("L1",), ("L3",)]
    assert library.rows("SELECT loan_number FROM library.loan") == [("UL3",)]
    assert library.rows("SELECT message_number FROM library.message WHERE title IS NOT NULL") == [("ML3",)]
    assert library.events("L2") == [("L2", "patron.deleted")]
    night.nothing_left(flow_run, printed, *texts, *kept_by_the_worker(library))
    titled = [row for rows in library.contents().values() for row in rows if NEW_NAME in row]
    assert len(titled) == 3 and all('"L3"' in row for row in titled)  # loan, reservation, message under the hold


def test_a_night_of_retention_that_a_brake_holds_leaves_none(night: Night) -> None:
    limits = {"brake_retention_removed_percent": 0.0, "brake_retention_removed_more_than": 0}
    night.library.settings = night.library.settings.model_copy(update=limits)
    code, printed, flow_run = night.run("retention")
    assert code == exits.WAITS, printed
    _, listed = night.library.command("approvals")
    night.nothing_left(flow_run, printed, listed, *kept_by_the_worker(night.library))


TABLES = (
    *("library.message", "library.reservation", "library.loan", "library.charge", "library.payment", "library.patron"),
    *("sync.forgotten", "sync.change", "sync.retention_outcome"),
)
SQLSTATES = ("23505", "23503", "23514", "40P01", "22007", "53100", "P0001")


def test_an_error_of_the_database_leaves_none_of_retention(night: Night, proof: Proof) -> None:
    faults = [(table, state) for table in TABLES for state in SQLSTATES]
    for table, sqlstate in proof.random.sample(faults, proof.size(small=2, full=len(faults))):
        fill(night.library)
        with refusing(night.library, table, sqlstate):
            code, printed, flow_run = night.run("retention")
        assert (code, night.kept.state(flow_run)[0]) == (exits.FAILED, "FAILED"), (table, sqlstate)
        night.nothing_left(flow_run, printed, *kept_by_the_worker(night.library))
    proof.tell(f"{', '.join(TABLES)} refused what is written or deleted, by messages that quote people")
