"""A night of guardians that can be played again and again: children whom the refresh has just heard of, their parents.

Of each ten families: both parents; one; an other holder; an unknown one; no entry; parents who are dead, have a new
number (one step; one that another child's guardian has), are patrons, are not known. Siblings share their mother.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from pydantic import SecretStr

from cpr_client import CprNumber
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from db.connect import connect
from db.embedded import EmbeddedServer
from flows.settings import Settings
from flows.steps.begin_guardians import begin
from flows.steps.end_guardians import run_report
from flows.steps.worker import Worker
from tests.proofs.night import DAY, HOME, NAME, NO_BRAKES, Night, Outcome, Stage, copied, cpr_number, patron_number, put
from tests.proofs.one_refresh import by_its_steps, refresh, to_its_end

FLOW = "guardian-links"

MOTHERS, FATHERS, OTHERS, NEW = 20_000, 40_000, 60_000, 80_000
"""Where the places of these people begin."""

GROWN_UP: dict[str, Any] = {"name": NAME, "residence": HOME, "birth_date": "1980-01-01"}
BORN = "2016-01-01"

OUTCOME = {
    "links": """
        SELECT link.patron_number, guardian.cpr_number, source, kind, valid_from, valid_to, confirmed, ended
        FROM library.guardian_link AS link LEFT JOIN library.guardian USING (guardian_id) ORDER BY 1, 2, 3, 4
    """,
    "guardians": """
        SELECT to_jsonb(guardian) - 'guardian_id', checked_on, next_due::text, reason, tries,
               array(SELECT cpr_number FROM library.former_guardian_number AS former
                     WHERE former.guardian_id = guardian.guardian_id ORDER BY 1)
        FROM library.guardian JOIN sync.guardian_check USING (guardian_id) ORDER BY cpr_number
    """,
    "cases": """
        SELECT patron_number, kind, since, closed_on, resolved_on,
               (SELECT cpr_number FROM library.guardian WHERE guardian_id = (detail ->> 'guardian')::bigint) AS about
        FROM library.staff_case ORDER BY 1, 2, 6
    """,
    "feed": """
        SELECT patron_number, array_agg(kind ORDER BY position) FROM sync.change
        WHERE kind LIKE 'guardian.%%' GROUP BY 1 ORDER BY 1
    """,
    "claims": "SELECT count(*) FROM sync.guardian_claim",
}


def people(children: int) -> Registry:
    """The registry on the night."""
    registry = Registry(DAY)
    for place in range(children):
        kind, mother, father = place % 10, MOTHERS + place // 2, FATHERS + place
        custody: list[dict[str, Any]] = [{"type": 3}, {"type": 4, "start": "2020-01-01"}]
        facts: dict[str, Any] = {"mother": cpr_number(mother), "father": cpr_number(father)}
        if kind == 1:
            custody = [{"type": 3, "delete": "2026-03-03"}]
        elif kind == 2:
            custody = [{"type": 3}, {"type": 5, "holder": cpr_number(OTHERS + place)}]
            put(registry, OTHERS + place, 0, **GROWN_UP)
        elif kind == 3:
            facts["father"] = "0000000000"
        elif kind == 4:
            custody = []
        put(registry, place, 0, name=NAME, residence=HOME, birth_date=BORN, custody=custody, **facts)
        put(registry, mother, 0, **GROWN_UP)
        if kind == 5:
            put(registry, father, 0, 90, name=NAME, birth_date="1980-01-01", status_date="2026-02-01")
        elif kind == 6:
            put(registry, father, 0, 60, successor=cpr_number(NEW + place))
            put(registry, NEW + place, 0, **GROWN_UP)
        elif kind == 7:
            put(registry, father, 0, 60, successor=cpr_number(FATHERS + place - 7))
        elif kind != 9:
            put(registry, father, 0, **GROWN_UP)
    return registry


@contextmanager
def guardian_stage(server: EmbeddedServer, template: str, children: int, *, latency: float = 0.0) -> Iterator[Stage]:
    """Sets it all up, with the refresh of the night behind."""
    with DemoRegistry(people(children)) as registry, copied(server, template) as database:
        url = server.url_of(database)
        settings = Settings(
            database_url=SecretStr(url), registry_url=registry.url, registry_concurrency=4, batch_size=25, **NO_BRAKES
        )
        with connect(url, name="proof", autocommit=True) as connection:
            for place in range(children):
                numbers = [(patron_number(place), cpr_number(place))]
                if place % 10 == 8:
                    numbers.append((patron_number(FATHERS + place), cpr_number(FATHERS + place)))
                for number in numbers:
                    connection.execute("INSERT INTO library.patron (patron_number, cpr_number) VALUES (%s, %s)", number)
        first = refresh(settings, DAY)
        assert first["state"] == "done", first
        with connect(url, name="proof", autocommit=True) as connection:
            connection.execute("TRUNCATE sync.registry_access, sync.batch, sync.run CASCADE")
            connection.execute("VACUUM ANALYZE")
        registry.latency = latency
        yield Stage(server, registry, children, database, settings)


def guardians(settings: Settings, day: date, *, dry_run: bool = False, patience: float = 30.0) -> dict[str, Any]:
    """The report of a run of guardians by the steps of the flow; of one that broke off, what it said."""

    def does(worker: Worker) -> dict[str, Any]:
        run = begin(worker, FLOW, look_ups=True, dry_run=dry_run, today=day, say=lambda line: None)
        state, message = to_its_end(worker, run, settings.registry_config())
        return {**run_report(run, FLOW, state), "message": message}

    return by_its_steps(settings, patience, does)


def outcome(night: Night) -> Outcome:
    """What a run leaves, without the numbers that the database gives to rows."""
    return {name: night.rows(query) for name, query in OUTCOME.items()}


def outsiders(children: int) -> int:
    """Guardians who are no patrons and hold custody: the look-ups of the night but for steps of changed numbers."""
    mothers = {place // 2 for place in range(children) if place % 10 != 4}
    fathers = sum(place % 10 not in (1, 2, 3, 4, 8) for place in range(children))
    others = sum(place % 10 == 2 for place in range(children))
    return len(mothers) + fathers + others


def asked(night: Night) -> int:
    """How many look-ups of guardians the registry has had."""
    return sum(times for number, times in night.registry.asked.items() if _is_a_guardian(number, night.patrons))


def _is_a_guardian(number: CprNumber, children: int) -> bool:
    return number.digits not in {cpr_number(place) for place in range(children)}
