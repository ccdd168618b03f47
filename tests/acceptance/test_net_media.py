"""Rights to net media follow what the library knows: residence, agreements, blocks, ages, groups, grace, protection."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest

from db.runs import store
from flows.steps.operators_word import Aborted
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library

AALBORG, AARHUS, COPENHAGEN, NUUK = "0851", "0751", "0101", "0956"


def later(days: int) -> date:
    """So many days after the day of these tests."""
    return DAY + timedelta(days=days)


@pytest.fixture
def film(library: Library) -> Library:
    """A library with one service and an agreement for Aalborg, with a week's grace."""
    library.agree("film", AALBORG, grace_days=7)
    return library


def living_in(code: int) -> dict[str, Any]:
    """A residence in a municipality."""
    return {**HOME, "municipality_code": code}


def right(library: Library, number: str, day: date = DAY) -> tuple[Any, ...]:
    """The patron's one right: granted, reason, since, until."""
    shown = library.patron(number, day)["net_media"]
    assert len(shown) == 1
    return tuple(shown[0][name] for name in ("granted", "reason", "since", "until"))


STATUSES = [
    (1, AALBORG, None),
    (3, AALBORG, None),
    (1, COPENHAGEN, "no agreement"),
    (1, "0999", "no agreement"),
    (1, None, "no agreement"),
    (5, NUUK, "not resident"),
    (7, NUUK, "not resident"),
    (20, None, "not resident"),
    (70, None, "not resident"),
    (80, None, "not resident"),
    (90, None, "not resident"),
    (None, AALBORG, None),
    (None, NUUK, "not resident"),
    (None, "0999", "not resident"),
    (None, None, "not resident"),
    (30, AALBORG, None),
    (30, None, "not resident"),
]


def test_who_is_resident_and_where_decides_first(film: Library) -> None:
    for number, (status, code, _) in enumerate(STATUSES):
        film.enrol(f"P{number}", None, registry_status=status, municipality_code=code)
    report = film.net_media()
    assert report["patrons"] == {"due": 17, "checked": 17, "changed": 17, "unchanged": 0, "left": 0}
    found = film.rows("SELECT reason FROM library.net_media_right ORDER BY substr(patron_number, 2)::int")
    assert [reason for (reason,) in found] == [reason for _, _, reason in STATUSES]
    assert report["outcomes"] == {"granted": 4, "no agreement": 3, "not resident": 10}
    assert report["services"] == [{"service": "film", "granted": 4, "revoked": 0}]
    assert report["changes"] == {"net_media.granted": 4}


def test_a_refresh_and_a_run_bring_a_protected_patron_their_right_like_everyone_else(film: Library) -> None:
    film.enrol("P1", "0503801111", municipality_code=COPENHAGEN)
    film.person("0503801111", name=NAME, residence=living_in(851), protection={"flag": True})
    film.net_media()
    assert right(film, "P1") == (False, "no agreement", DAY.isoformat(), None)
    film.refresh()
    film.net_media()
    shown = film.patron("P1")
    assert (shown["protected"], shown["name"]) == (True, None)
    assert right(film, "P1") == (True, None, DAY.isoformat(), None)
    assert film.events("P1")[-1] == ("P1", "net_media.granted")


def test_who_moves_away_keeps_the_right_for_the_grace_and_the_day_counts_from_when_it_was_learnt(film: Library) -> None:
    film.enrol("P1", "0503801111")
    film.person("0503801111", name=NAME, residence=living_in(851))
    film.refresh()
    film.net_media()
    film.person("0503801111", name=NAME, residence=living_in(101))
    film.refresh(later(1))
    film.net_media(later(3))  # two nights late: the day of the refresh counts
    last = later(8)
    assert right(film, "P1") == (True, "grace", later(3).isoformat(), last.isoformat())
    assert film.net_media(last)["changes"] == {}
    report = film.net_media(last + timedelta(days=1))
    assert report["changes"] == {"net_media.revoked": 1}
    assert right(film, "P1") == (False, "no agreement", later(9).isoformat(), None)


@pytest.mark.parametrize("word", ["skip", "abort", "apply"])
def test_a_service_that_was_left_out_counts_a_grace_from_when_the_move_was_learnt(film: Library, word: Any) -> None:
    brake = {"brake_net_media_revoked_more_than": 1}
    film.agree("film", AARHUS)
    for number in range(2, 4):
        film.enrol(f"P{number}", None, municipality_code=AARHUS)
    film.enrol("P1", "0503801111")
    film.person("0503801111", name=NAME, residence=living_in(851))
    film.refresh()
    film.net_media()
    film.person("0503801111", name=NAME, residence=living_in(101))
    film.refresh(later(1))
    film.connection.execute("DELETE FROM library.net_media_agreement WHERE municipality_code = %s", [AARHUS])
    held = film.net_media(later(1), **brake)
    assert held["state"] == "waiting"
    store.answer(film.connection, held["run"], word, "a test")
    with nullcontext() if word != "abort" else pytest.raises(Aborted):
        film.net_media(later(1), **brake)
    film.agree("film", AARHUS)  # the mistake is mended
    film.net_media(later(3), **brake)
    assert right(film, "P1")[3] == later(8).isoformat()


def test_another_rule_that_fails_ends_a_grace_for_good(film: Library) -> None:
    film.enrol("P1", None, municipality_code=AALBORG)
    film.net_media()
    film.connection.execute("UPDATE library.patron SET municipality_code = %s", [COPENHAGEN])
    film.net_media(later(1))
    assert right(film, "P1")[:2] == (True, "grace")
    film.connection.execute("INSERT INTO library.block VALUES ('P1', 'fees', 'staff', %s)", [later(2)])
    film.net_media(later(2))
    ended = right(film, "P1")
    assert ended[:2] == (False, "no agreement")
    _, out = film.command("net-media", "--explain", "P1", "--today", later(2).isoformat(), "--json")
    assert [(one["reason"], one["on_record"]) for one in json.loads(out)["services"]] == [("no agreement", True)]
    film.connection.execute("DELETE FROM library.block")
    film.net_media(later(2))
    assert right(film, "P1") == ended


def test_an_agreement_that_ends_gives_no_grace(film: Library) -> None:
    film.enrol("P1", None, municipality_code=AALBORG)
    film.net_media()
    film.connection.execute("UPDATE library.net_media_agreement SET valid_to = %s", [later(1)])
    assert film.net_media(later(1))["changes"] == {}
    assert film.net_media(later(2))["changes"] == {"net_media.revoked": 1}


def test_birthdays_and_blocks_dated_ahead_fall_on_the_day_without_anything_else(library: Library) -> None:
    library.agree("film", AALBORG, min_age=15, max_age=15)
    library.agree("lyd", AALBORG)
    library.enrol("P1", None, municipality_code=AALBORG, birth_date=later(3).replace(year=2011))
    library.enrol("P2", None, municipality_code=AALBORG)
    library.connection.execute("INSERT INTO library.block VALUES ('P2', 'fees', 'staff', %s)", [later(3)])
    assert library.net_media()["outcomes"] == {"age unknown": 1, "granted": 2, "too young": 1}
    assert library.net_media(later(2))["patrons"]["due"] == 0
    report = library.net_media(later(3))
    assert report["outcomes"] == {"blocked": 2, "granted": 1}
    assert report["changes"] == {"net_media.granted": 1, "net_media.revoked": 1}
    assert library.rows("SELECT fields FROM sync.change WHERE kind = 'net_media.revoked'") == [(["lyd"],)]
    report = library.net_media(later(3).replace(year=2027), dry_run=True)
    assert report["outcomes"] == {"too old": 1}


def test_blocks_that_do_not_bar_are_a_setting(film: Library) -> None:
    film.enrol("P1", None, municipality_code=AALBORG)
    film.connection.execute("INSERT INTO library.block VALUES ('P1', 'fees', 'staff', %s)", [DAY])
    assert film.net_media()["outcomes"] == {"blocked": 1}
    assert film.net_media(net_media_blocks_that_do_not_bar="stolen card, fees")["outcomes"] == {"granted": 1}


def test_an_excluded_group_and_an_agreement_that_begins(library: Library) -> None:
    library.connection.execute("INSERT INTO library.patron_group VALUES ('Barn')")
    library.agree("film", AALBORG, later(1), excluded_groups=["Barn"])
    library.enrol("P1", None, municipality_code=AALBORG, patron_group="Barn")
    library.enrol("P2", None, municipality_code=AALBORG)
    library.net_media()
    asked = library.asked()
    assert library.net_media(later(1))["outcomes"] == {"granted": 1, "group excluded": 1}
    assert library.asked() == asked


def test_a_patron_who_is_deleted_goes_with_their_rights(film: Library) -> None:
    film.enrol("P1", None, municipality_code=AALBORG)
    film.net_media()
    film.connection.execute("DELETE FROM library.patron")
    assert film.net_media()["patrons"]["due"] == 0
    assert film.rows("SELECT count(*) FROM library.net_media_right") == [(0,)]
    assert film.events()[-1] == ("P1", "net_media.granted")


def test_who_gets_a_deleted_patron_s_number_gets_no_grace_of_theirs(film: Library) -> None:
    film.enrol("P1", None, municipality_code=AALBORG)
    film.net_media()
    film.connection.execute("DELETE FROM library.patron")
    film.enrol("P1", None, municipality_code=COPENHAGEN)
    film.net_media()
    assert right(film, "P1")[:2] == (False, "no agreement")


def test_an_explanation_names_each_rule_its_outcome_and_the_day_it_may_change(film: Library) -> None:
    film.connection.execute("UPDATE library.net_media_agreement SET min_age = 15, valid_to = %s", [later(90)])
    film.enrol("P1", None, municipality_code=AALBORG, birth_date=later(20).replace(year=2011))
    film.net_media()
    code, out = film.command("net-media", "--explain", "P1", "--today", DAY.isoformat(), "--json")
    assert code == 0
    (service,) = json.loads(out)["services"]
    assert (service["granted"], service["reason"], service["may_change_on"], service["on_record"]) == (
        False,
        "too young",
        later(20).isoformat(),
        True,
    )
    assert [(rule["rule"], rule["passes"], rule["may_change_on"]) for rule in service["rules"]] == [
        ("residence", True, None),
        ("agreement", True, later(91).isoformat()),
        ("blocks", True, None),
        ("age", False, later(20).isoformat()),
        ("group", True, None),
    ]
    for language, words in (("da", "Du er for ung"), ("en", "You are too young")):
        code, out = film.command("net-media", "--explain", "P1", "--language", language, "--today", DAY.isoformat())
        assert (code, words in out, later(20).isoformat() in out) == (0, True, True), out


def test_nobody_s_rights_are_explained_under_a_number_that_nobody_has(film: Library) -> None:
    code, out = film.command("net-media", "--explain", "0503801111")
    assert code == 1
    assert "0503801111" not in out + film.errors


def test_statistics_are_written_as_csv_without_small_cells(film: Library) -> None:
    for number in range(6):
        film.enrol(f"P{number}", None, municipality_code=AALBORG, birth_date=date(1990, 1, 1))
    film.enrol("P7", None, municipality_code=COPENHAGEN, birth_date=date(1990, 1, 1))
    film.net_media()
    code, out = film.command("statistics", "--csv", "--today", DAY.isoformat())
    assert (code, out.splitlines()) == (
        0,
        ["municipality_code,age_band,patron_group,patrons,minors,with_net_media", "0851,25-39,,6,0,6"],
    )
    code, out = film.command("statistics", "--coarse", "--json", "--today", DAY.isoformat())
    assert json.loads(out)["cells"] == [{"municipality_code": "0851", "patrons": 6, "minors": 0, "with_net_media": 6}]


def test_the_report_draws_who_has_net_media(film: Library) -> None:
    from db.statistics.store import list_totals
    from flows.reporting.net_media_report import net_media_markdown
    from flows.reporting.refresh_report import Source
    from flows.wording import words

    for number in range(10):
        film.enrol(f"P{number}", None, municipality_code=AALBORG)
    film.connection.execute(
        "INSERT INTO library.block SELECT patron_number, 'fees', 'staff', %s FROM library.patron ORDER BY 1 LIMIT 5",
        [DAY],
    )
    report = film.net_media()
    for language in ("da", "en"):
        text = net_media_markdown(
            report,
            None,
            Source("here", "", None),
            questions=[],
            totals=list_totals(film.connection, DAY),
            said=words(language),
        )
        assert "0851 Aalborg  " + "█" * 20 + "░" * 20 + "  5 / 10" in text
