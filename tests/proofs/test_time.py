"""Time: the nights that spring forward and fall back, and 29 February. `today`, due days and schedules are right.

The database's clock, by which a run knows its day, is set by a function of the same name that its sessions find first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect.server.schemas.schedules import CronSchedule

from db.connect import connect
from tests.acceptance.made_up import HOME, NAME, OTHER_NAME
from tests.fixtures.library import Library, People
from tests.house.tree import ROOT

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
SPRING, AUTUMN, LEAP = date(2025, 3, 30), date(2025, 10, 26), date(2024, 2, 29)
NUMBER = "0101600001"
ONE = timedelta(days=1)


@dataclass
class Clocked:
    """A library whose database has a clock that can be set."""

    library: Library

    def at(self, moment: str | datetime, **how: Any) -> dict[str, Any]:
        """The report of a refresh of whoever is due, begun at this moment (UTC where it has no zone)."""
        self.library.connection.execute("UPDATE clock.moment SET at = %s", (moment,))
        return self.library.refresh(None, **how)  # type: ignore[arg-type]  # no day is given: the run has to know it

    def due(self) -> date:
        """The day on which the patron is due again."""
        [(day,)] = self.library.rows("SELECT next_due FROM sync.patron_check")
        return day  # type: ignore[no-any-return]


@pytest.fixture
def clock(library: Library) -> Clocked:
    library.connection.execute("CREATE SCHEMA clock")
    library.connection.execute("CREATE TABLE clock.moment AS SELECT now() AS at")
    library.connection.execute(
        "CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.moment'"
    )
    library.enrol("L1", NUMBER)
    library.person(NUMBER, 1, name=NAME, residence=HOME)
    url = library.database_url + "&options=-c%20search_path%3Dclock,pg_catalog"
    with connect(url) as seen:
        assert seen.execute("SHOW search_path").fetchone() == ("clock,pg_catalog",)
    return Clocked(replace(library, database_url=url))


MOMENTS = [
    # the night that springs forward: 01:00 UTC is 02:00, and then 03:00
    ("2025-03-29 22:59:59", date(2025, 3, 29)),
    ("2025-03-29 23:00:00", SPRING),
    ("2025-03-30 00:59:59", SPRING),
    ("2025-03-30 01:00:00", SPRING),
    ("2025-03-30 21:59:59", SPRING),
    ("2025-03-30 22:00:00", date(2025, 3, 31)),
    # the night that falls back: the hour after 02:00 comes twice
    ("2025-10-25 21:59:59", date(2025, 10, 25)),
    ("2025-10-25 22:00:00", AUTUMN),
    ("2025-10-26 00:30:00", AUTUMN),
    ("2025-10-26 01:30:00", AUTUMN),
    ("2025-10-26 22:59:59", AUTUMN),
    ("2025-10-26 23:00:00", date(2025, 10, 27)),
    # 29 February
    ("2024-02-28 22:59:59", date(2024, 2, 28)),
    ("2024-02-28 23:00:00", LEAP),
    ("2024-02-29 22:59:59", LEAP),
    ("2024-02-29 23:00:00", date(2024, 3, 1)),
    ("2025-02-28 23:00:00", date(2025, 3, 1)),
]


@pytest.mark.parametrize("interval", [1, 30])
def test_a_run_s_today_is_copenhagen_s_and_the_due_day_counts_from_it(clock: Clocked, interval: int) -> None:
    for moment, day in MOMENTS:
        clock.library.connection.execute("UPDATE sync.patron_check SET next_due = '-infinity', checked_on = NULL")
        report = clock.at(f"{moment}+00", refresh_interval_days=interval)
        assert (report["today"], report["patrons"]["checked"]) == (day.isoformat(), 1), moment
        assert clock.due() == day + timedelta(days=interval), moment
        assert clock.library.rows("SELECT checked_on FROM sync.patron_check") == [(day,)]


@pytest.mark.parametrize("change", [SPRING, AUTUMN, LEAP])
def test_each_night_around_the_change_asks_about_everybody_once(clock: Clocked, change: date) -> None:
    for days in range(-2, 4):
        night = datetime.combine(change + timedelta(days=days), time(3, 30), COPENHAGEN)
        clock.library.registry.forget_asked()
        first, again = clock.at(night), clock.at(night + timedelta(hours=20))
        assert (first["patrons"]["checked"], again["patrons"]["checked"]) == (1, 0)
        assert clock.library.asked_about(NUMBER) == 1
        assert clock.due() == change + timedelta(days=days + 1)


def test_an_hour_that_comes_twice_is_one_day_s(clock: Clocked) -> None:
    reports = [clock.at(f"2025-10-26 {hour}:30+00") for hour in ("00", "01")]
    assert [report["today"] for report in reports] == [AUTUMN.isoformat()] * 2
    assert [report["patrons"]["checked"] for report in reports] == [1, 0]


def test_a_minute_over_midnight_is_another_day_s_on_both_nights(clock: Clocked) -> None:
    for before, after in [("2025-03-30 21:59", "2025-03-30 22:01"), ("2025-10-26 22:59", "2025-10-26 23:01")]:
        assert [clock.at(f"{moment}+00")["patrons"]["checked"] for moment in (before, after)] == [1, 1]


def test_a_day_that_lies_ahead_in_copenhagen_alone_does_not_count_as_ahead(clock: Clocked) -> None:
    """At 22:30 UTC it is tomorrow in Copenhagen in summer, and today in winter."""
    from flows.errors import UsageError

    clock.library.connection.execute("UPDATE clock.moment SET at = '2025-03-30 22:30+00'")
    assert clock.library.refresh(SPRING + ONE)["patrons"]["checked"] == 1
    clock.library.connection.execute("UPDATE clock.moment SET at = '2025-10-26 22:30+00'")
    with pytest.raises(UsageError, match="lies ahead"):
        clock.library.refresh(AUTUMN + ONE)


# Days that the registry tells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-30T00:00:00+01:00", SPRING),
        ("2025-03-30T00:00:00+02:00", SPRING),
        ("2025-03-29T23:00:00Z", SPRING - ONE),
        ("2025-10-26T00:00:00+02:00", AUTUMN),
        ("2025-10-26T02:30:00+01:00", AUTUMN),
        ("2025-10-26T23:59:59+01:00", AUTUMN),
        ("2024-02-29T00:00:00+01:00", LEAP),
        ("2024-02-29+01:00", LEAP),
    ],
)
def test_a_date_is_the_one_that_is_written_on_these_nights_too(people: People, written: str, day: date) -> None:
    patron = people.enrol()
    patron.registered(
        1, name=NAME, residence=HOME, status_date="2020-01-01", raw={"persondata/status/statusdato/dato": written}
    )
    patron.refresh()
    assert patron.stored("registry_status_date") == day


@pytest.mark.parametrize("year", [2023, 2025, 1900, 2100])
def test_29_february_of_a_common_year_is_no_date(people: People, year: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME, birth_date="1980-01-01")
    patron.registered(
        1,
        name=OTHER_NAME,
        residence=HOME,
        birth_date="1980-01-01",
        raw={"persondata/foedselsdato/dato": f"{year}-02-29"},
    )
    patron.refresh()
    assert (patron.quarantine(), patron.shown()["name"]) == ("malformed", "Prøve Prøvesen")


def test_who_is_born_on_29_february_is_read(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, birth_date="2000-02-29")
    assert patron.shown()["birth_date"] == "2000-02-29"


# Days that follow from days -----------------------------------------------------------------------------------------


def _asked_on(people: People, start: date, tell: Callable[[Any], None], at_most: int) -> list[date]:
    """The days on which a patron is asked about from `start` on, as the due days say."""
    patron = people.enrol()
    tell(patron)
    asked: list[date] = []
    day: date | None = start
    while day is not None and len(asked) < at_most:
        asked.append(day)
        patron.refresh(day)
        day = patron.next_due()
    return asked


def test_the_dead_of_29_february_are_asked_about_until_1_march_of_the_next_year(people: People) -> None:
    def dies(patron: Any) -> None:
        patron.registered(90, name=NAME, status_date=LEAP.isoformat())

    assert _asked_on(people, LEAP, dies, 9) == [LEAP + timedelta(days=90 * n) for n in range(5)]
    to_the_day = _asked_on(people, date(2024, 12, 1), dies, 9)
    assert to_the_day == [date(2024, 12, 1), date(2025, 3, 1)]
    assert _asked_on(people, date(2024, 12, 2), dies, 9) == [date(2024, 12, 2)]


def test_who_is_not_found_before_a_change_is_asked_about_after_whole_days(people: People) -> None:
    def unknown(patron: Any) -> None: ...

    assert _asked_on(people, date(2024, 2, 26), unknown, 4) == [
        date(2024, 2, 26),
        date(2024, 2, 27),
        LEAP,
        date(2024, 3, 4),
    ]
    for change in (SPRING, AUTUMN):
        assert _asked_on(people, change - ONE, unknown, 3) == [change - ONE, change, change + 2 * ONE]


def test_an_address_and_a_protection_that_end_on_29_february_end_on_it(people: People) -> None:
    patron = people.enrol()
    patron.registered(
        1,
        name=NAME,
        residence=HOME,
        contact={"lines": ["Postboks 7"], "start": "2024-02-01", "delete": LEAP.isoformat()},
        protection={"start": "2024-02-01", "end": LEAP.isoformat()},
    )
    patron.refresh(LEAP - ONE)
    assert [patron.shown(day)["protected"] for day in (LEAP - ONE, LEAP, LEAP + ONE)] == [True, True, False]
    kinds = [patron.revealed(day)["address"]["kind"] for day in (LEAP - ONE, LEAP, LEAP + ONE)]
    assert kinds == ["contact", "residential", "residential"]


# Schedules ----------------------------------------------------------------------------------------------------------

SCHEDULES = [
    schedule
    for deployment in yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    for schedule in deployment["schedules"]
]


def _instants(cron: str, zone: str, start: date, days: int) -> list[datetime]:
    """When Prefect starts runs within these days."""
    begin = datetime.combine(start, time(0), COPENHAGEN).astimezone(UTC)
    end = datetime.combine(start + timedelta(days=days), time(0), COPENHAGEN).astimezone(UTC)
    schedule = CronSchedule(cron=cron, timezone=zone)
    return [
        moment.astimezone(UTC) for moment in asyncio.run(schedule.get_dates(100, begin, end)) if begin <= moment < end
    ]


@pytest.mark.parametrize("change", [SPRING, AUTUMN, LEAP])
def test_the_schedule_starts_one_run_a_night_at_its_own_hour(change: date) -> None:
    assert SCHEDULES
    for schedule in SCHEDULES:
        minute, hour, *_ = schedule["cron"].split()
        found = _instants(schedule["cron"], schedule["timezone"], change - 5 * ONE, 11)
        local = [moment.astimezone(COPENHAGEN) for moment in found]
        assert {(moment.hour, moment.minute) for moment in local} == {(int(hour), int(minute))}
        assert [moment.date() for moment in local] == [change + n * ONE for n in range(-5, 6)]


def test_between_two_nights_lie_23_24_or_25_hours() -> None:
    def gaps(change: date) -> list[float]:
        found = _instants("30 3 * * *", "Europe/Copenhagen", change - ONE, 3)
        return [(after - before).total_seconds() / 3600 for before, after in pairwise(found)]

    assert (gaps(SPRING), gaps(AUTUMN), gaps(LEAP)) == ([23, 24], [25, 24], [24, 24])
