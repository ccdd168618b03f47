"""Loading set by set does what the mappers say line by line, and doing it twice does it once."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection
from mappers.extracts.patrons import PATRONS
from mappers.extracts.remarks import Remark
from mappers.extracts.taking import FACT_OF_COLUMN, OWN_COLUMNS, Fields
from tests.db.imports.loading import TODAY, events, forget_events, load_rows, versions
from tests.db.imports.oracle import Line, loaded
from tests.fixtures.examples import examples

PATRON_NUMBERS = ["100", "101", "102", "103", "104"]
CPR_NUMBERS = ["0101900001", "0101900002", "0101900003", "0101900004"]
CARDS = ["K1", "K2", "K3"]
CELLS: dict[str, list[str | None]] = {
    "cpr_number": [None, *CPR_NUMBERS],
    "name": [None, "Anna", "Bo"],
    "birth_date": [None, "1990-01-01", "2008-11-24", "2008-11-25"],
    "address": [None, "Nørregade 1", "Søndergade 2"],
    "postal_code": [None, "9000", "9200"],
    "postal_district": [None, "Aalborg"],
    "municipality_code": [None, "0851", "0101"],
    "patron_group": [None, "Barn", "Voksen"],
    "home_branch": [None, "Havnen"],
    "language": [None, "da", "en"],
    "email": [None, "a@example.org"],
    "mobile": [None, "20", "30"],
    "landline": [None, "98"],
    "card_number": [None, *CARDS],
    "internal_note": [None, "x"],
    "note_to_patron": [None, "y"],
}
GROUPS = [
    *([name] for name in CELLS),
    ["blocked_on", "block_reason"],
    ["absent_from", "absent_to"],
]

blocks = st.sampled_from([(None, None), ("2024-01-01", "Gebyrer"), ("2025-01-01", "Gebyrer"), ("2024-01-01", "Kort")])
absences = st.sampled_from([(None, None), ("2026-12-01", None), ("2026-12-01", "2026-12-24"), ("2027-01-01", None)])


@st.composite
def files(draw: st.DrawFn, all_columns: bool = False) -> list[Line]:
    """Lines of a file: always the columns that patrons are told apart by, the others as it comes."""
    chosen = GROUPS if all_columns else [group for group in GROUPS if draw(st.booleans())]
    names = {name for group in chosen for name in group}
    lines: list[Line] = []
    for patron_number in draw(st.lists(st.sampled_from(PATRON_NUMBERS), max_size=6)):
        cells: dict[str, str | None] = {name: draw(st.sampled_from(CELLS[name])) for name in CELLS if name in names}
        if "blocked_on" in names:
            cells["blocked_on"], cells["block_reason"] = draw(blocks)
        if "absent_from" in names:
            cells["absent_from"], cells["absent_to"] = draw(absences)
        lines.append({"patron_number": patron_number, **cells})
    return lines


def load_lines(database: Connection, lines: list[Line]):  # type: ignore[no-untyped-def]
    names = [column.name for column in PATRONS.columns if lines and column.name in lines[0]] or ["patron_number"]
    rows = [[number, *(line[name] for name in names)] for number, line in enumerate(lines, 2)]
    return load_rows(database, names, rows)


def stored(database: Connection) -> dict[str, Fields]:
    """Every patron as `mappers.extracts.taking` sees them."""
    columns = [*FACT_OF_COLUMN.values(), *OWN_COLUMNS, "address_kind", "registry_status"]
    patrons: dict[str, Fields] = {}
    for number, *values in database.execute(f"SELECT patron_number, {', '.join(columns)} FROM library.patron"):  # type: ignore[call-overload]
        patrons[number] = dict(zip(columns, values, strict=True))
        patrons[number] |= {name: set() for name in ("mobile", "landline", "card_number", "blocks", "absence")}
    for number, kind, phone in database.execute("SELECT * FROM library.patron_phone"):
        patrons[number][kind].add(phone)
    for card, number in database.execute("SELECT * FROM library.patron_card"):
        patrons[number]["card_number"].add(card)
    for number, reason, since in database.execute(
        "SELECT patron_number, reason, since FROM library.block WHERE source = 'staff'"
    ):
        patrons[number]["blocks"].add((since, reason))
    for number, start, end in database.execute("SELECT * FROM library.absence"):
        patrons[number]["absence"].add((start, end))
    return patrons


def empty(database: Connection) -> None:
    database.execute("TRUNCATE library.patron, library.patron_group, library.branch, sync.change CASCADE")


@settings(
    max_examples=examples(50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=files(all_columns=True),
    spoken=st.sets(st.sampled_from(PATRON_NUMBERS)),
    former=st.dictionaries(st.sampled_from(CPR_NUMBERS), st.sampled_from(PATRON_NUMBERS), max_size=2),
    second=files(),
)
def test_a_load_leaves_what_the_mappers_say_and_a_second_one_changes_nothing(
    database: Connection,
    first: list[Line],
    spoken: set[str],
    former: dict[str, str],
    second: list[Line],
) -> None:
    empty(database)
    load_lines(database, first)
    database.execute(
        "UPDATE library.patron SET registry_status = 1, address_kind = 'residential' WHERE patron_number = ANY (%s)",
        [list(spoken)],
    )
    before = stored(database)
    former = {cpr_number: patron for cpr_number, patron in former.items() if patron in before}
    for cpr_number, patron in former.items():
        database.execute("INSERT INTO library.former_cpr_number VALUES (%s, %s, '2026-01-01')", [cpr_number, patron])
    forget_events(database)

    result = load_lines(database, second)

    formers = {patron: {number for number, holder in former.items() if holder == patron} for patron in before}
    expected = loaded(before, formers, dict(enumerate(second, 2)), TODAY)
    assert {reject.line: reject.fault for reject in result.rejects} == expected.faults
    assert stored(database) == expected.patrons
    assert {(patron, kind) for patron, kind, _ in events(database)} == expected.kinds
    assert len(events(database)) == len(expected.kinds)
    counts = result.counts
    assert counts.remarks[Remark.CHILD_GROUP_NOT_TAKEN] == expected.withheld
    assert counts.rejected == len(expected.faults)
    assert counts.added == len(expected.patrons) - len(before)
    assert counts.read == counts.added + counts.changed + counts.unchanged + counts.rejected

    left = versions(database)
    again = load_lines(database, second)
    assert (again.counts.added, again.counts.changed) == (0, 0)
    assert versions(database) == left
    assert [(r.line, r.fault) for r in again.rejects] == [(r.line, r.fault) for r in result.rejects]
