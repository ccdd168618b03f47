"""Loading forms set by set does what the mappers say form by form, and doing it twice does it once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection
from mappers.extracts.enrolling import Child, Form, Standing, fault_of, standings
from mappers.extracts.faults import Fault
from tests.db.imports.loading import TODAY, load_rows, versions
from tests.fixtures.examples import examples

NAMES = ("patron_number", "guardian_cpr_number", "guardian_name", "signed_on")
CHILDREN = {
    "C1": Child({"1005159001"}, date(2015, 5, 10), 1),
    "C2": Child(frozenset(), TODAY.replace(year=2008), None),
    "C3": Child(frozenset(), TODAY.replace(year=2008) + timedelta(days=1), None),
    "C4": Child(frozenset(), date(2015, 5, 10), 90),
}
OF_ONE_PATRON = ("1502809001", "1602809002")
NUMBERS = (*OF_ONE_PATRON, "1702809003", "1005159001")
FAULT = {Standing.REPEATED: Fault.SECOND_LINE, Standing.SAME_DAY: Fault.SIGNED_THE_SAME_DAY}

Line = tuple[str, str, date]
lines = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C1", "C3", "C2", "C4", "NOBODY"]),
        st.sampled_from(NUMBERS),
        st.sampled_from([TODAY - timedelta(days=days) for days in (-1, 0, 0, 1, 2)]),
    ),
    max_size=7,
)


def who(number: str) -> str:
    """Two numbers of one patron are one guardian."""
    return OF_ONE_PATRON[0] if number in OF_ONE_PATRON else number


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=lines, second=lines)
def test_a_load_takes_the_forms_that_the_mappers_take(
    database: Connection, first: list[Line], second: list[Line]
) -> None:
    prepare(database)
    on_file: dict[str, list[Form]] = {}
    for file in (first, second):
        expected = faults_of(file, on_file)
        result = load_lines(database, file)
        assert {reject.line: reject.fault for reject in result.rejects} == expected
        for child, forms in on_file.items():
            assert current(database, child) == forms[0]
        before = versions(database)
        again = load_lines(database, file)
        assert versions(database) == before
        assert (again.counts.added, again.counts.changed, again.counts.rejected) == (0, 0, result.counts.rejected)


def faults_of(file: list[Line], on_file: dict[str, list[Form]]) -> dict[int, Fault]:
    """Line -> what the mappers say is wrong with it; `on_file` becomes what they leave, the form that counts first."""
    found: dict[int, Fault] = {}
    forms: dict[str, list[tuple[int, Form]]] = {}
    for number, (patron, guardian, signed_on) in enumerate(file, 2):
        fault = fault_of(CHILDREN.get(patron), guardian, signed_on, TODAY)
        if fault is not None:
            found[number] = fault[1]
        else:
            forms.setdefault(patron, []).append((number, Form(who(guardian), signed_on)))
    for patron, lines_of in forms.items():
        known = on_file.get(patron, [])
        decided = standings(known, [form for _, form in lines_of])
        found |= {line: FAULT[s] for (line, _), s in zip(lines_of, decided.lines, strict=True) if s in FAULT}
        assert decided.newest is not None
        renewed = [form for form in known if form.guardian != decided.newest.guardian]
        on_file[patron] = [decided.newest, *(form for form in renewed if form != decided.newest)]
    return found


def prepare(database: Connection) -> None:
    database.execute("TRUNCATE library.patron, library.guardian, sync.change CASCADE")
    for number, child in CHILDREN.items():
        database.execute(
            "INSERT INTO library.patron (patron_number, cpr_number, birth_date, registry_status) "
            "VALUES (%s, %s, %s, %s)",
            [number, next(iter(child.cpr_numbers), None), child.birth_date, child.registry_status],
        )
    in_force, former = OF_ONE_PATRON
    database.execute("INSERT INTO library.patron (patron_number, cpr_number) VALUES ('P1', %s)", [in_force])
    database.execute("INSERT INTO library.former_cpr_number VALUES (%s, 'P1', '2026-01-01')", [former])


def load_lines(database: Connection, file: list[Line]) -> Any:
    rows: list[list[Any]] = [
        [number, patron, guardian, "Anna", signed_on.isoformat()]
        for number, (patron, guardian, signed_on) in enumerate(file, 2)
    ]
    return load_rows(database, NAMES, rows, kind="guardians")


def current(database: Connection, child: str) -> Form:
    """The enrolled link in force, the only one."""
    rows = database.execute(
        "SELECT guardian.cpr_number, signed_on FROM library.guardian_link JOIN library.guardian USING (guardian_id) "
        "WHERE guardian_link.patron_number = %s AND valid_to IS NULL",
        [child],
    ).fetchall()
    assert len(rows) == 1
    return Form(*rows[0])
