"""The report of a night: one page that stands alone, adds up with the database, and names nobody."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import etree, html

from db.status.nights import Begun
from flows.cli import exits
from flows.reporting.night_facts import by_age
from flows.reporting.private_file import write_private
from mappers.events import EVENT_KINDS, NET_MEDIA_GRANTED
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.browser import DESKTOP, PHONE, Opened
from tests.fixtures.library import DAY, Library

NUMBERS = [f"{day:02}0170{1110 + day}" for day in range(1, 7)]


@pytest.fixture
def night(library: Library, tmp_path: Path) -> Library:
    """Six patrons; two nights. In the second one has moved, one is not known any more, one holds an overdue loan."""
    library.settings = library.settings.model_copy(update={"data_dir": tmp_path})
    for number in NUMBERS:
        library.enrol(f"P{number[:2]}", number)
        library.person(number, name=NAME, residence=HOME)
    library.refresh(DAY - timedelta(days=1))
    library.person(NUMBERS[0], name=NAME, residence={**HOME, "municipality_code": 101})
    library.enrol("P99", "0101801234")
    library.refresh()
    library.guardians()
    library.net_media()
    library.retention()
    return library


def page_of(library: Library, *options: str) -> tuple[html.HtmlElement, str]:
    """The page, parsed and as it stands."""
    code, out = library.command("report", *options)
    assert code == exits.DONE, library.errors
    text = Path(out.rstrip().rpartition(": ")[2]).read_text(encoding="utf-8")
    return html.document_fromstring(text), text


def cells(page: html.HtmlElement, section: str) -> list[list[str]]:
    """The rows of the section's tables."""
    rows = page.xpath(f"//section[@aria-labelledby='{section}']//tbody/tr")
    return [[cell.text_content() for cell in row] for row in rows]


def test_a_night_s_report_adds_up_with_the_database(night: Library) -> None:
    page, _ = page_of(night)
    of_the_night = "SELECT kind, count(*) FROM sync.change JOIN sync.run AS run USING (run_id) WHERE run.today = %s"
    changed = dict(night.rows(f"{of_the_night} GROUP BY kind", DAY))
    assert [row[0] for row in cells(page, "moves")] == ["Aalborg (0851)"]
    assert cells(page, "moves")[0][1:] == ["København (0101)", "1"]
    told = {row[0]: row[1] for row in cells(page, "changes") if len(row) == 5}
    assert told["municipality"] == str(changed["patron.municipality"]) == "1"
    [asked] = night.rows("SELECT look_ups FROM sync.run WHERE flow = 'registry-refresh' AND today = %s", DAY)
    assert sum(int(row[1]) for row in cells(page, "answers") if len(row) == 2) == asked[0] == 7
    assert cells(page, "quarantine")[-1][:2] == ["P99", "quarantined: not found"]
    assert all(row[-1] == "0" for row in cells(page, "retention"))
    assert "All is well" in page.xpath("//p[contains(@class, 'light')]")[0].text_content()


def test_the_page_stands_alone_and_names_nobody(night: Library) -> None:
    page, text = page_of(night, "--language", "da")
    assert page.get("lang") == "da" and "Natten" in page.xpath("//h1")[0].text
    assert not page.xpath("//script | //link | //img | //iframe | //@src | //@onclick")
    assert {target[0] for target in page.xpath("//a/@href")} == {"#"}
    assert {address.split("/")[2] for address in re.findall(r"https?://[^\"' ]+", text)} == {"www.w3.org"}
    assert "url(" not in text and "@import" not in text
    for secret in (*NUMBERS, "0101801234", NAME["addressing"], "Strandvejen"):
        assert secret not in text


def test_the_page_can_be_read_by_a_screen_reader(night: Library) -> None:
    page, _ = page_of(night)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert [heading.tag for heading in page.xpath("//h1 | //h2 | //h3")][:2] == ["h1", "h2"]
    for table in page.xpath("//table"):
        assert table.xpath("caption")[0].text_content().strip()
        assert all(head.get("scope") == "col" for head in table.xpath("thead//th"))
        assert all(row.xpath("th[@scope='row']") for row in table.xpath("tbody/tr"))
    charts = page.xpath("//*[local-name()='svg']")
    assert len(charts) == 3
    assert all(chart.get("role") == "img" for chart in charts)
    kinds, nights, times = (chart.get("aria-label") for chart in charts)
    assert "municipality: this night 1, usual (median)" in kinds
    assert f"{DAY:%m-%d}: " in nights and "> 60: 0" in times


def test_what_needs_a_hand_is_said_on_top_with_what_to_do(night: Library) -> None:
    night.connection.execute("UPDATE sync.retention_outcome SET overdue = 3 WHERE rule = 'loans'")
    page, _ = page_of(night)
    assert "Needs a hand" in page.xpath("//p[contains(@class, 'light')]")[0].text_content()
    assert "patronsync retention" in page.xpath("//ul[@class='hands']")[0].text_content()
    assert "loans 3" in page.xpath("//section[@aria-labelledby='retention']/p")[0].text_content()


def test_the_report_of_an_earlier_night_is_of_that_night_and_its_owner_s_alone(night: Library, tmp_path: Path) -> None:
    before = (DAY - timedelta(days=1)).isoformat()
    file = tmp_path / "elsewhere" / "it.html"
    code, _ = night.command("report", "--night", before, "--output", str(file))
    assert code == 0 and before in file.read_text(encoding="utf-8")
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    file.chmod(0o644)
    write_private(file, "x")
    assert (stat.S_IMODE(file.stat().st_mode), file.read_text()) == (0o600, "x")
    code, _ = night.command("report", "--night", "2020-01-01")
    assert (code, "Nothing ran for 2020-01-01." in night.errors) == (exits.FAILED, True)


def test_the_report_is_opened_in_the_browser_when_asked_for(night: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def browser(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    page_of(night)
    assert opened == []
    page_of(night, "--open")
    assert opened[0].startswith("file:///") and opened[0].endswith(f"night-{DAY}.html")
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    assert "No browser" in night.command("report", "--open")[1]


def test_a_page_is_well_formed_whatever_a_run_says(night: Library) -> None:
    night.connection.execute("UPDATE sync.run SET state = 'failed', message = '<b>&\"0101701111\"' WHERE run_id = 2")
    _, text = page_of(night)
    assert "<b>" not in text and "0101701111" not in text
    etree.fromstring(text.replace("<!DOCTYPE html>", "").replace('<meta charset="utf-8">', ""), etree.HTMLParser())


def test_ages_are_counted_from_the_day_on_which_it_began():
    day = date(2026, 3, 2)
    begun = [Begun("a", day - timedelta(days=age), 1) for age in (0, 1, 2, 7, 8, 30, 31, 400)]
    assert [ages.numbers for ages in by_age(begun, day)] == [(2, 2, 2, 2)]


# Seen in a browser -------------------------------------------------------------------------------------------------

_OVERLAPPING = """() => [...document.querySelectorAll('figure svg')].flatMap((svg) => {
    const words = [...svg.querySelectorAll('text')].filter((one) => one.textContent.trim());
    const boxes = words.map((one) => one.getBoundingClientRect());
    const frame = svg.getBoundingClientRect();
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    return words.filter((_, i) => boxes[i].right > frame.right + 1 || boxes[i].left < frame.left - 1
        || boxes.some((box, j) => j !== i && meet(box, boxes[i]))).map((one) => one.textContent);
})"""
"""Words of a chart that lie over others, or reach beyond it."""


def test_no_word_of_a_chart_lies_over_another_however_one_kind_dwarfs_the_others(
    night: Library, pages: Callable[..., Opened]
) -> None:
    counted = {one.kind: 1 for one in EVENT_KINDS} | {NET_MEDIA_GRANTED: 12_345}
    night.connection.execute("UPDATE sync.run SET changes = %s WHERE run_id = 2", [json.dumps(counted)])
    _, text = page_of(night, "--language", "da")
    for size in (PHONE, DESKTOP):
        opened = pages(size)
        opened.shows(text)
        assert opened.page.evaluate(_OVERLAPPING) == []


@pytest.mark.parametrize(("language", "well"), [("da", "Alt er vel"), ("en", "All is well")])
def test_the_page_fits_a_phone_a_desk_and_paper_and_asks_nobody(
    night: Library, pages: Callable[..., Opened], language: str, well: str
) -> None:
    """In either language, whose words are of different lengths; with words of a run that are as long as they get."""
    night.connection.execute("UPDATE sync.run SET message = repeat('enquiry', 40) WHERE run_id = 2")
    _, text = page_of(night, "--language", language)
    for size in (PHONE, DESKTOP):
        opened = pages(size)
        opened.shows(text)
        assert opened.page.locator("html").get_attribute("lang") == language
        assert well in opened.page.locator("header .light").inner_text()
        assert opened.wider_than_its_window() == []
        assert opened.faint_words() == []
        assert opened.small_words() == []
        assert (opened.hosts, opened.troubles) == (set(), [])
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 680, "height": 1000})  # what an A4 page leaves between its margins
    assert opened.wider_than_its_window() == []
    assert not opened.page.locator("nav").is_visible()
    assert opened.page.pdf(format="A4").startswith(b"%PDF")
