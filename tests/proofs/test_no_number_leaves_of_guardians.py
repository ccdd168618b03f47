"""No number, name or address of a child or a guardian leaves a run of guardians or of net media, whatever fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from flows.cli import exits
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer
from tests.fixtures.proofs import Proof
from tests.fixtures.recognizable import EMAIL, FAULT, HOME, NEW_NAME, PAGE, PEOPLE, Kept, Night, refusing, spying

NEXT = DAY + timedelta(days=1)
MOTHER, FATHER, CHILD = (number for number, _ in PEOPLE.values())


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer) -> Iterator[Night]:
    """A child who is a patron, its father who signed for it and holds no custody, its mother who does and moved."""
    library.settings = library.settings.model_copy(update={"registry_deadline": 0.6})
    library.settings._prefect.update(prefect_api.environment())
    library.enrol("L3", CHILD, name=PEOPLE["L3"][1], email=EMAIL)
    for patron, number in (("L1", MOTHER), ("L2", FATHER)):
        library.person(number, 1, name={"addressing": PEOPLE[patron][1]}, residence=HOME, birth_date="1980-01-01")
    library.person(
        CHILD,
        1,
        name={"addressing": PEOPLE["L3"][1]},
        residence=HOME,
        birth_date="2016-01-01",
        mother=MOTHER,
        father=FATHER,
        custody=[{"type": 3}],
    )
    library.connection.execute(
        "WITH signer AS (INSERT INTO library.guardian (cpr_number, name, email) VALUES (%s, %s, %s)"
        " RETURNING guardian_id) INSERT INTO library.guardian_link (patron_number, guardian_id, source, signed_on)"
        " SELECT 'L3', guardian_id, 'enrolled', '2025-08-01' FROM signer",
        (FATHER, PEOPLE["L2"][1], EMAIL),
    )
    library.agree("film", "0851")
    library.refresh(DAY)
    library.guardians(DAY)
    for number in (MOTHER, FATHER):
        library.person(number, 1, name={"addressing": NEW_NAME}, residence=HOME, birth_date="1980-01-01")
    with spying() as spy:
        yield Night(library, Kept(prefect_api), spy)


def test_a_night_of_guardians_without_a_fault_leaves_none(night: Night) -> None:
    code, printed, flow_run = night.run("guardians", day=NEXT)
    assert code == exits.DONE
    assert night.library.rows("SELECT count(*)::int FROM library.guardian WHERE name = %s", NEW_NAME) == [(2,)]
    assert night.library.rows("SELECT kind FROM library.staff_case") == [("guardian not confirmed",)]
    _, listed = night.library.command("cases", "--json", "--today", NEXT.isoformat())
    night.nothing_left(flow_run, printed, listed)


def test_a_night_of_net_media_without_a_fault_leaves_none(night: Night) -> None:
    code, printed, flow_run = night.run("net-media", day=NEXT)
    assert code == exits.DONE
    assert night.library.rows("SELECT granted FROM library.net_media_right") == [(True,)]
    _, explained = night.library.command("net-media", "--explain", "L3", "--today", NEXT.isoformat())
    night.nothing_left(flow_run, printed, explained)


TABLES = {
    "guardians": ("library.guardian", "sync.guardian_check", "library.guardian_link"),
    "net-media": ("library.net_media_right", "sync.change"),
}
"""In the order in which a run writes to them: what a fault in one leaves undone is there to be refused in the next."""

SQLSTATES = ("23505", "23514", "40P01", "22007", "53100", "P0001")


@pytest.mark.parametrize("command", TABLES)
def test_an_error_of_the_database_leaves_none(night: Night, proof: Proof, command: str) -> None:
    tables = TABLES[command]
    if command == "guardians":  # a link that changes, too
        night.library.connection.execute("UPDATE library.custody SET valid_to = '2030-01-01'")
    faults = [(table, state) for table in tables for state in SQLSTATES]
    chosen = proof.random.sample(faults, proof.size(small=2, full=len(faults)))
    for table, sqlstate in sorted(chosen, key=lambda fault: tables.index(fault[0])):
        with refusing(night.library, table, sqlstate):
            code, printed, flow_run = night.run(command, day=NEXT)
        assert (code, night.kept.state(flow_run)[0]) == (exits.FAILED, "FAILED"), (table, sqlstate)
        night.nothing_left(flow_run, printed)
    proof.tell(f"{command}: {', '.join(tables)} refused what is written, by messages that quote people")


@pytest.mark.parametrize(("body", "status"), [(FAULT, 500), (PAGE, 200)])
def test_an_answer_about_a_guardian_that_quotes_them_leaves_none(night: Night, body: bytes, status: int) -> None:
    night.library.registry.fail("body", body=body, status=status)
    _, printed, flow_run = night.run("guardians", day=NEXT)
    assert night.library.asked_about(MOTHER) > 1
    assert night.library.rows("SELECT count(*)::int FROM library.guardian WHERE name = %s", NEW_NAME) == [(0,)]
    night.nothing_left(flow_run, printed)
