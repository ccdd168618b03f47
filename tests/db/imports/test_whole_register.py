"""A file of patrons that is the whole register: whoever is not in it is gone (docs/reference/import.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from db.connect import Connection
from db.imports.kinds import load_of
from db.imports.load import Counts, Register, Terms
from flows.steps.import_run import GoneBrake
from mappers.extracts.faults import Fault, Reject
from tests.db.imports.loading import TODAY, facts, load

EARLIER = date(2026, 11, 1)


def register(
    database: Connection,
    *numbers: str,
    rejects: tuple[Reject, ...] = (),
    may_go: Callable[[int, int], bool] = lambda gone, stood: True,
    dry_run: bool = False,
) -> Counts:
    """Loads these patrons as the whole register."""
    terms = Terms(1, TODAY, [], dry_run=dry_run, may_go=may_go)
    rows: list[list[Any]] = [[line, number] for line, number in enumerate(numbers, 2)]
    with load_of("patrons", database, ["patron_number"]) as file:
        file.stage(rows, rejects)
        with file.applied(terms) as counts:
            return counts


def gone(database: Connection) -> dict[str, date]:
    """Who is gone, since when."""
    rows = database.execute("SELECT patron_number, gone_on FROM library.patron WHERE gone_on IS NOT NULL ORDER BY 1")
    return dict(rows.fetchall())


def askable(database: Connection) -> set[str]:
    """Whom a refresh may ask about."""
    return {row[0] for row in database.execute("SELECT patron_number FROM sync.askable")}


def test_who_is_not_in_it_is_gone_from_that_day_and_is_not_asked_about_any_more(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "1,0101801234", "2,0101801235", "3,", today=EARLIER)
    counts = register(database, "1", "4")
    assert (counts.added, counts.unchanged, counts.register) == (1, 1, Register(gone=2))
    assert gone(database) == {"2": TODAY, "3": TODAY}
    assert askable(database) == {"1"}


def test_who_is_gone_already_stays_gone_since_that_day_and_counts_no_more(database: Connection) -> None:
    load(database, "patron_number", "1", "2")
    database.execute("UPDATE library.patron SET gone_on = %s WHERE patron_number = '2'", [EARLIER])
    asked: list[tuple[int, int]] = []
    register(database, "1", may_go=lambda gone, stood: not asked.append((gone, stood)))
    assert (gone(database), asked) == ({"2": EARLIER}, [(0, 1)])


def test_who_comes_back_the_next_day_is_a_patron_again_by_any_file(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "1,0101801234", "2,0101801235")
    register(database)
    back = load(database, "patron_number", "1")
    assert (back.counts.changed, back.counts.register.back) == (1, 1)
    assert list(gone(database)) == ["2"]
    counts = register(database, "1", "2")
    assert (counts.changed, counts.unchanged, counts.register) == (1, 1, Register(back=1))
    assert (gone(database), askable(database)) == ({}, {"1", "2"})
    assert load(database, "patron_number", "2").counts.changed == 0
    assert facts(database, "1", "cpr_number") == ("0101801234",)


def test_a_file_that_is_not_the_whole_register_takes_nobody_away(database: Connection) -> None:
    load(database, "patron_number", "1", "2")
    assert load(database, "patron_number", "1").counts.register == Register()
    assert gone(database) == {}


def test_whose_line_is_a_reject_is_in_the_file_all_the_same(database: Connection) -> None:
    load(database, "patron_number,card_number", "1,K1", "2,", "3,")
    counts = register(database, "1", "1", rejects=(Reject(4, "2", "birth_date", Fault.NOT_A_DATE),))
    assert (counts.rejected, counts.register) == (2, Register(gone=1))
    assert list(gone(database)) == ["3"]


def test_who_was_gone_and_has_a_line_that_is_a_reject_is_back_all_the_same(database: Connection) -> None:
    load(database, "patron_number", "1", "2", "3")
    database.execute("UPDATE library.patron SET gone_on = %s WHERE patron_number <> '1'", [EARLIER])
    counts = register(database, "1", rejects=(Reject(3, "2", "birth_date", Fault.NOT_A_DATE),))
    assert (counts.rejected, counts.register) == (1, Register(back=1))
    assert gone(database) == {"3": EARLIER}


def test_a_line_that_does_not_say_whom_it_is_about_keeps_everybody(database: Connection) -> None:
    load(database, "patron_number", "1", "2")
    counts = register(database, "1", "3", rejects=(Reject(4, None, None, Fault.BROKEN_QUOTES),))
    assert (counts.added, counts.register) == (1, Register(held=1, nameless=1))
    assert gone(database) == {}


def test_a_brake_that_holds_leaves_everybody_and_loads_the_lines(database: Connection) -> None:
    load(database, "patron_number", "1", "2")
    counts = register(database, "3", may_go=lambda gone, stood: False)
    assert (counts.added, counts.register, gone(database)) == (1, Register(held=2), {})


def test_a_dry_run_says_who_many_would_be_gone_and_takes_nobody_away(database: Connection) -> None:
    load(database, "patron_number", "1", "2")
    assert register(database, "1", dry_run=True).register == Register(gone=1)
    assert gone(database) == {}


def test_the_brake_holds_above_its_share_and_its_number_and_a_word_covers_what_was_asked() -> None:
    brake = GoneBrake(limit_percent=2, more_than=50)
    assert brake(50, 50) and brake(200, 10_000)
    assert not brake(201, 10_000)
    assert [alarm.as_counts()["percent"] for alarm in brake.alarms] == [2.01]
    brake.released = 201
    assert brake(201, 10_000) and not brake.alarms
    assert not brake(202, 10_000) and brake.alarms
    brake.skipped = True
    assert not brake(1, 10_000) and not brake.alarms
