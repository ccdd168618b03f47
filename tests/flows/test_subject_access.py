"""`--everything`: what is kept about one person, for themselves. That all of it is told: tests/proofs."""

from __future__ import annotations

import getpass
import json
import os
import random
import re
import stat
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from psycopg.types.json import Jsonb

from flows.cli import exits
from mappers.subject_access import REASON
from tests.fixtures.browser import DESKTOP, PHONE, Opened
from tests.fixtures.library import DAY, Library
from tests.fixtures.recognizable import refusing
from tests.proofs.lives import Lives, Person

TODAY = ("--today", DAY.isoformat())


@pytest.fixture
def lives(library: Library) -> Lives:
    """Made-up people, none yet."""
    return Lives(library.connection, random.Random(7))


def everything(library: Library, *command: str) -> dict[str, Any]:
    """The answer, as an object."""
    code, out = library.command(*command, "--everything", "--json", *TODAY)
    assert code == exits.DONE, library.errors
    answer: dict[str, Any] = json.loads(out)
    return answer


def rows_of(answer: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """What the answer tells of a table."""
    return [row for thing in answer["kept"] for row in thing["rows"] if row["table"] == table]


def refused(library: Library, *command: str, code: int = exits.FAILED) -> str:
    """What is said by a command that is refused; nothing is put on record then."""
    before = library.rows("SELECT count(*) FROM sync.disclosure")
    ended, out = library.command(*command)
    assert (ended, out) == (code, ""), library.errors
    assert library.rows("SELECT count(*) FROM sync.disclosure") == before
    return library.errors


def test_the_notice_is_filled_in_row_by_row(library: Library, lives: Lives) -> None:
    patron = lives.live()
    answer = everything(library, "patron", str(patron.patron_number))
    kept = {thing["row"]: thing for thing in answer["kept"]}
    assert answer["patron_number"] == patron.patron_number and answer["today"] == DAY.isoformat()
    assert kept["email"]["values"] == {"email": patron.email}
    assert (kept["email"]["term"], kept["email"]["sources"]) == ("E-mail", ["patron", "library"])
    assert "patronsync_website" in kept["email"]["read_by"] and "patronsync_website" not in kept["loans"]["read_by"]
    assert kept["loans"]["kept"].startswith("30 days after the later of its return")
    assert kept["name"]["put_right"][0].startswith("It comes from the civil registry (CPR), and is put right there")
    assert kept["internal_note"]["values"] == {"internal_note": f"{patron.mark} intern"}
    [right] = rows_of(answer, "library.net_media_right")
    assert (right["values"]["granted"], right["values"]["reason"]) == (False, "blocked")
    assert {row["values"]["purpose"] for row in rows_of(answer, "sync.registry_access")} == {"registry refresh"}
    assert not [thing for thing in answer["kept"] if thing["row"] in ("pin", "claims", "runs")]
    assert "pin" in {left_out["what"] for left_out in answer["left_out"]}


def test_that_it_was_made_is_on_record_and_in_the_answer_itself(library: Library, lives: Lives) -> None:
    number = str(lives.live(protected=True).patron_number)
    before = len(library.rows("SELECT FROM sync.disclosure WHERE patron_number = %s", number))
    answer = everything(library, "patron", number)
    rows = library.rows(
        "SELECT reason, os_user FROM sync.disclosure WHERE patron_number = %s ORDER BY disclosure_id", number
    )
    assert rows[before:] == [(REASON, getpass.getuser())]
    told = [row["values"] for row in rows_of(answer, "sync.disclosure")]
    assert len(told) == before + 1 and told[-1]["reason"] == REASON
    assert set(told[-1]) == {"at", "reason"}  # nothing of which of the staff it was
    code, _ = library.command("patron", number, "--everything", "--reveal", "asked at the desk", "--json", *TODAY)
    assert code == exits.DONE
    assert library.rows("SELECT reason FROM sync.disclosure ORDER BY disclosure_id DESC LIMIT 1") == [
        ("asked at the desk",)
    ]


def test_what_cannot_be_put_on_record_is_not_told(library: Library, lives: Lives, tmp_path: Path) -> None:
    patron, file = lives.live(), tmp_path / "answer.html"
    with refusing(library, "sync.disclosure", "23505"):
        code, out = library.command("patron", str(patron.patron_number), "--everything", "--html", str(file))
    assert (code, out, file.exists()) == (exits.FAILED, "", False)
    assert patron.mark not in library.errors.replace(str(patron.patron_number), "")


def test_the_page_is_its_owner_s_alone_and_takes_the_place_of_what_stood_there(
    library: Library, lives: Lives, tmp_path: Path
) -> None:
    number, file = str(lives.live().patron_number), tmp_path / "new" / "answer.html"
    code, out = library.command("patron", number, "--everything", "--html", str(file))
    assert code == exits.DONE and str(file) in out
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    file.write_text("something else")
    file.chmod(0o644)
    library.command("patron", number, "--everything", "--html", str(file), "--language", "da")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Hvad ved vi om dig" in file.read_text(encoding="utf-8")
    assert [path.name for path in file.parent.iterdir()] == ["answer.html"]
    code, out = library.command("patron", number, "--everything", "--html", str(tmp_path))
    assert (code, out) == (exits.FAILED, "") and "Name another file." in library.errors


def test_what_is_no_file_is_not_taken_away(library: Library, lives: Lives, tmp_path: Path) -> None:
    """As /dev/stdout and /dev/null, which root could replace."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, out = library.command("patron", str(lives.live().patron_number), "--everything", "--html", str(pipe))
    assert (code, out) == (exits.FAILED, "") and "it is no file" in library.errors
    assert pipe.is_fifo()


def page_of(library: Library, person: Person, folder: Path, *options: str) -> tuple[html.HtmlElement, str]:
    """The page, parsed and as it stands."""
    file = folder / "answer.html"
    code, _ = library.command(
        "patron", str(person.patron_number), "--everything", "--html", str(file), *TODAY, *options
    )
    assert code == exits.DONE, library.errors
    text = file.read_text(encoding="utf-8")
    return html.document_fromstring(text), text


def test_the_page_stands_alone_and_can_be_read_by_a_screen_reader(
    library: Library, lives: Lives, tmp_path: Path
) -> None:
    patron = lives.live()
    page, text = page_of(library, patron, tmp_path, "--language", "da")
    assert page.get("lang") == "da"
    assert page.xpath("//meta[@name='viewport']/@content") == ["width=device-width, initial-scale=1"]
    assert not page.xpath("//script | //link | //img | //iframe | //@src | //@onclick")
    assert "url(" not in text and "@import" not in text and not re.findall(r"https?://", text)
    targets, ids = page.xpath("//a/@href"), page.xpath("//@id")
    assert len(ids) == len(set(ids)) and {f"#{one}" for one in ids} >= set(targets)
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    tables = page.xpath("//table")
    assert len(tables) > 8
    for table in tables:
        assert table.get("role") == "table" and table.xpath("caption")[0].text_content().strip()
        heads = [head.text_content() for head in table.xpath("thead//th[@scope='col'][@role='columnheader']")]
        for row in table.xpath("tbody/tr[@role='row']"):
            assert len(row.xpath("th[@scope='row'][@role='rowheader']")) == 1
            cells = row.xpath("td[@role='cell']")
            assert [cell.get("data-label") for cell in cells] == heads[1:]


def test_a_title_that_looks_like_a_tag_is_a_title(library: Library, lives: Lives, tmp_path: Path) -> None:
    patron = lives.live()
    library.connection.execute("UPDATE library.patron SET internal_note = '<script>alert({x})</script> & {more}'")
    page, text = page_of(library, patron, tmp_path)
    assert "<script>" not in text
    assert page.xpath("//td[contains(., '<script>alert({x})</script> & {more}')]")
    code, out = library.command("patron", str(patron.patron_number), "--everything", *TODAY)
    assert code == exits.DONE and "<script>alert({x})</script> & {more}" in out


def test_a_protected_other_is_in_nothing(library: Library, lives: Lives) -> None:
    """Neither the guardian of a child nor a child whom a guardian asks about, nor that there is one."""
    child, open_one, hidden, unknown = lives.live(), lives.live(), lives.live(protected=True), lives.live(None)
    for other in (open_one, hidden, unknown):
        lives.link(child, other, "enrolled")
        lives.same_person(child, other)
    answer = everything(library, "patron", str(child.patron_number))
    for table in ("library.guardian_link", "library.custody"):
        assert len(rows_of(answer, table)) == 1, table
    assert [row["values"]["kind"] for row in rows_of(answer, "library.staff_case") if row["other"]].count(
        "duplicate patron"
    ) == 1
    assert "protected" in {left_out["what"] for left_out in answer["left_out"]}

    hidden_child = lives.live(protected=True)
    lives.link(hidden_child, open_one)
    answer = everything(library, "patron", str(open_one.patron_number))
    assert [row["other"] for row in rows_of(answer, "library.guardian_link")] == ["child"]
    assert len(rows_of(answer, "library.custody")) == 1
    lives.link(child, lives.guardian(protected=True))
    assert len(rows_of(everything(library, "patron", str(child.patron_number)), "library.guardian_link")) == 1


def test_who_is_kept_as_a_guardian_of_protected_children_alone_is_not_told_so(library: Library, lives: Lives) -> None:
    """It would tell that such a child is a patron here; but who has signed for the child knows."""
    hidden_child, parent, guardian, child = lives.live(protected=True), lives.live(), lives.guardian(), lives.live()
    for one in (parent, guardian):
        lives.link(hidden_child, one, "registry")
    links = dict(library.rows("SELECT guardian_id, link_number::text FROM library.guardian_link"))
    ask = ("guardian", "--link", links[guardian.guardian_id])
    assert "about a child, too, who is protected" in refused(library, *ask, "--everything", *TODAY)
    as_guardian = ("library.guardian", "sync.guardian_check", "library.guardian_link", "library.custody")
    answer = everything(library, "patron", str(parent.patron_number))
    assert [table for table in as_guardian if rows_of(answer, table)] == []

    lives.link(child, parent, "registry")
    answer = everything(library, "patron", str(parent.patron_number))
    assert len(rows_of(answer, "library.guardian")) == len(rows_of(answer, "library.guardian_link")) == 1
    signed = "UPDATE library.guardian_link SET source = 'enrolled', signed_on = valid_from, ended = %s, valid_to = %s"
    signed += " WHERE guardian_id = %s"
    library.connection.execute(signed, [True, DAY, guardian.guardian_id])
    refused(library, *ask, "--everything", *TODAY)
    library.connection.execute(signed, [False, None, guardian.guardian_id])
    answer = everything(library, *ask)
    assert len(rows_of(answer, "library.guardian")) == 1 and rows_of(answer, "library.guardian_link") == []


def test_events_about_guardians_do_not_tell_of_a_protected_one(library: Library, lives: Lives) -> None:
    child = lives.live()
    told = "INSERT INTO sync.change (patron_number, kind, fields) VALUES (%s, 'guardian.linked', '{guardians}')"

    def kinds() -> set[str]:
        answer = everything(library, "patron", str(child.patron_number))
        return {row["values"]["kind"] for row in rows_of(answer, "sync.change")}

    for guardian in (lives.live(), lives.guardian()):
        lives.link(child, guardian)
        library.connection.execute(told, [child.patron_number])
    assert kinds() == {"patron.address", "guardian.linked"}
    lives.link(child, lives.guardian(protected=True))
    assert kinds() == {"patron.address"}


def test_protection_is_held_against_the_day_and_against_today(library: Library, lives: Lives) -> None:
    """A look at another day opens no way round it."""
    child, other = lives.live(), lives.live()
    lives.link(child, other)
    began_today = "UPDATE library.patron SET protected_from = library.copenhagen_today() WHERE patron_number = %s"
    library.connection.execute(began_today, [other.patron_number])
    assert rows_of(everything(library, "patron", str(child.patron_number)), "library.guardian_link") == []
    ended = "UPDATE library.patron SET protected_from = NULL, protected_to = %s WHERE patron_number = %s"
    library.connection.execute(ended, [DAY, other.patron_number])
    assert rows_of(everything(library, "patron", str(child.patron_number)), "library.guardian_link") == []
    library.connection.execute(ended, [DAY - timedelta(days=1), other.patron_number])
    assert len(rows_of(everything(library, "patron", str(child.patron_number)), "library.guardian_link")) == 1


def test_others_are_told_by_what_they_are(library: Library, lives: Lives) -> None:
    child, mother = lives.live(), lives.live()
    lives.link(child, mother)
    library.connection.execute("UPDATE library.guardian_link SET kind = 'mother'")
    library.connection.execute("UPDATE library.custody SET kind = 'mother'")
    [link] = rows_of(everything(library, "patron", str(child.patron_number)), "library.guardian_link")
    assert (link["other"], link["values"]["kind"]) == ("mother", "mother")
    code, out = library.command("patron", str(mother.patron_number), "--everything", "--language", "da", *TODAY)
    assert code == exits.DONE and "hvem ellers: et barn" in out and "art: mor" in out


def test_a_guardian_who_is_no_patron_is_found_by_a_case_or_a_link(
    library: Library, lives: Lives, tmp_path: Path
) -> None:
    child, guardian = lives.live(), lives.guardian()
    lives.link(child, guardian, "enrolled")
    [(link,)] = library.rows("SELECT link_number FROM library.guardian_link")
    [(case,)] = library.rows("SELECT case_number FROM library.staff_case WHERE detail ? 'guardian'")
    code, out = library.command("guardian", "--child", str(child.patron_number), "--json")
    assert code == exits.DONE and [one["link"] for one in json.loads(out)["links"]] == [link]
    assert guardian.mark not in out
    code, out = library.command("guardian", "--child", str(child.patron_number))
    assert code == exits.DONE and "has signed" in out and "--link" in out
    for found_by in (("--case", str(case)), ("--link", str(link))):
        answer = everything(library, "guardian", *found_by)
        assert answer["patron_number"] is None
        [row] = rows_of(answer, "library.guardian")
        assert (row["values"]["mobile"], row["values"]["cpr_number"]) == (guardian.mobile, "**********")
        assert child.mark not in json.dumps(answer)
    reasons = "SELECT reason FROM sync.disclosure WHERE guardian_id = %s ORDER BY disclosure_id DESC LIMIT 2"
    assert library.rows(reasons, guardian.guardian_id) == [(REASON,), (REASON,)]
    file = tmp_path / "guardian.html"
    code, out = library.command("guardian", "--case", str(case), "--everything", "--html", str(file))
    assert code == exits.DONE and "You are the guardian of a child" in file.read_text(encoding="utf-8")


def test_whom_nobody_can_be_told_about_is_said_with_what_to_do(library: Library, lives: Lives) -> None:
    child, mother = lives.live(), lives.live()
    lives.link(child, mother)
    lives.connection.execute(
        "INSERT INTO library.guardian_link (patron_number, source, kind) VALUES (%s, 'registry', 'unknown holder')",
        [child.patron_number],
    )
    gone = Jsonb({"guardian": 4711})
    lives.connection.execute(
        "INSERT INTO library.staff_case (patron_number, kind, since, detail) VALUES (%s, 'guardian deceased', %s, %s)",
        [child.patron_number, DAY, gone],
    )
    cases = dict(library.rows("SELECT kind, max(case_number)::text FROM library.staff_case GROUP BY kind"))
    links = dict(library.rows("SELECT (guardian_id IS NULL)::text, link_number::text FROM library.guardian_link"))
    unknown = refused(library, "patron", "0101809995", "--everything")
    assert "Nobody has this patron number" in unknown and "0101809995" not in unknown
    for number in ("999", "0506149120", "9" * 30):  # a CPR number loses its zero, and is not repeated
        no_case = refused(library, "guardian", "--case", number, "--everything")
        assert "patronsync cases" in no_case and number[1:] not in no_case
    no_guardian = refused(library, "guardian", "--case", cases["uncertain birth date"], "--everything")
    assert "patronsync guardian --child L" in no_guardian
    assert "is forgotten" in refused(library, "guardian", "--case", cases["guardian deceased"], "--everything")
    assert "--child NUMBER" in refused(library, "guardian", "--link", "999", "--everything")
    assert "does not name" in refused(library, "guardian", "--link", links["true"], "--everything")
    is_patron = refused(library, "guardian", "--link", links["false"], "--everything")
    assert f"patronsync patron {mother.patron_number} --everything" in is_patron
    assert "Nobody has this patron number" in refused(library, "guardian", "--child", "nobody")


def test_options_that_do_not_go_together_are_refused(library: Library) -> None:
    for command in (
        ("patron", "L", "--html", "x.html"),
        ("patron", "L", "--language", "da"),
        ("patron", "L", "--everything", "--html", "010180-9995.html"),
        ("patron", "L", "--everything", "--reveal", " "),
        ("patron", "L", "--everything", "--reveal", "about 010180-9995"),
        ("guardian", "--everything"),
        ("guardian", "--case", "1", "--link", "1", "--everything"),
        ("guardian", "--case", "1"),
        ("guardian", "--child", "L", "--everything"),
    ):
        assert "010180-9995" not in refused(library, *command, code=exits.USAGE)
    code, out = library.command("patron", "L", "--everything", "--json", "--html", "x.html")
    assert code == exits.USAGE and "one answer has one form" in json.loads(out)["error"]


def test_a_guardian_under_a_number_of_a_patron_s_is_that_patron(library: Library, lives: Lives) -> None:
    """Not yet made one by the guardians' run; the access log knows both."""
    child, guardian = lives.live(), lives.guardian()
    lives.link(child, guardian)
    library.enrol("NEW", guardian.cpr_number, name="New", registry_status=1, protection_flag=False)
    answer = everything(library, "patron", "NEW")
    assert [row["values"]["mobile"] for row in rows_of(answer, "library.guardian")] == [guardian.mobile]
    assert len(rows_of(answer, "sync.registry_access")) == 1
    [(link,)] = library.rows("SELECT link_number FROM library.guardian_link")
    assert "patronsync patron NEW --everything" in refused(library, "guardian", "--link", str(link), "--everything")


def test_who_is_deleted_is_told_what_the_logs_still_say(library: Library, lives: Lives) -> None:
    patron, child, guardian = lives.live(), lives.live(), lives.guardian()
    lives.link(child, guardian)
    [(case,)] = library.rows("SELECT case_number FROM library.staff_case WHERE detail ? 'guardian'")
    for table in ("legal_hold", "charge", "loan", "net_media_right", "patron"):
        library.connection.execute(f"DELETE FROM library.{table} WHERE patron_number = %s", [patron.patron_number])  # type: ignore[arg-type]
    library.connection.execute("DELETE FROM library.guardian WHERE guardian_id = %s", [guardian.guardian_id])
    answer = everything(library, "patron", str(patron.patron_number))
    assert rows_of(answer, "sync.registry_access") and rows_of(answer, "sync.change")
    assert {row["table"] for thing in answer["kept"] for row in thing["rows"]} <= {
        *("sync.registry_access", "sync.disclosure", "sync.change")
    }
    answer = everything(library, "guardian", "--case", str(case))
    assert len(rows_of(answer, "sync.registry_access")) == 1 and len(rows_of(answer, "sync.disclosure")) == 2


def test_a_library_s_own_periods_give_the_days(library: Library, lives: Lives) -> None:
    patron = lives.live()
    library.connection.execute("UPDATE library.legal_hold SET lifted_on = placed_on")
    library.settings = library.settings.model_copy(update={"retention_access_log_months": 1})
    answer = everything(library, "patron", str(patron.patron_number))
    look_up = rows_of(answer, "sync.registry_access")[0]
    asked, goes = look_up["values"]["asked_at"][:7], look_up["forgotten"]["on"][:7]
    assert (int(goes[:4]) - int(asked[:4])) * 12 + int(goes[5:]) - int(asked[5:]) in (1, 2)
    kept = {thing["row"]: thing["kept"] for thing in answer["kept"]}
    assert kept["look_ups"].startswith("1 month after")


# Seen in a browser -------------------------------------------------------------------------------------------------


def test_the_page_fits_a_phone_a_desk_and_paper_and_asks_nobody(
    library: Library, lives: Lives, tmp_path: Path, pages: Callable[..., Opened]
) -> None:
    """In either language; with a title and a note that are as long as they get."""
    patron = lives.live()
    lives.link(patron, lives.live(), "enrolled")
    library.connection.execute("UPDATE library.loan SET title = repeat('Samlede', 30)")
    library.connection.execute("UPDATE library.patron SET internal_note = repeat('note', 90)")
    for language in ("da", "en"):
        _, text = page_of(library, patron, tmp_path, "--language", language)
        for size in (PHONE, DESKTOP):
            opened = pages(size)
            opened.shows(text)
            assert opened.wider_than_its_window() == []
            assert opened.faint_words() == []
            assert opened.small_words() == []
            assert (opened.hosts, opened.troubles) == (set(), [])
        opened.page.emulate_media(media="print")
        opened.page.set_viewport_size({"width": 680, "height": 1000})  # what an A4 page leaves between its margins
        assert opened.wider_than_its_window() == []
        assert not opened.page.locator("nav").is_visible()
