"""Takes the pictures of pages in the documents: `python -m docs.pictures`. Everybody on them is made up.

It plays a small demo and looks at what comes of it in the Chromium of this machine, which the development dependencies
drive. Not part of `make docs`: a picture is taken anew when the page looks another.
"""

from __future__ import annotations

import getpass
import shutil
import sys
from pathlib import Path

PICTURES = Path(__file__).resolve().parent / "pictures"

PATRONS = 600
TAKEN = {"answer-desk.png": ("en", 1000, 860, None), "answer-phone.png": ("da", 390, 860, "#loans")}
"""Picture -> language, width and height of what is seen of the page, and what is scrolled to."""

_RICHEST = """
    SELECT patron_number FROM library.patron
    WHERE library.is_protected(cpr_number, protection_flag, protected_from, protected_to, %(day)s) IS FALSE
      AND NOT EXISTS (SELECT FROM library.former_cpr_number AS former WHERE former.patron_number = patron.patron_number)
    ORDER BY (SELECT count(*) FROM library.loan WHERE loan.patron_number = patron.patron_number)
           + (SELECT count(*) FROM library.charge WHERE charge.patron_number = patron.patron_number) DESC, patron_number
    LIMIT 1
"""


def pages() -> dict[str, str]:
    """Language -> the answer to a made-up patron who asks what is kept about them, after a night of the demo."""
    from flows import clock
    from flows.local.demo import demo
    from flows.parameters import ExtractKind, NightStep
    from flows.reporting.subject_access import make_answer, subject_patron
    from flows.reporting.subject_page import answer_page
    from flows.wording import LANGUAGES, words

    before = (NightStep.registry_refresh, NightStep.guardian_links, NightStep.net_media_eligibility)
    with demo(PATRONS) as night:
        for kind in (ExtractKind.patrons, ExtractKind.guardians, ExtractKind.agreements):
            night.load(kind, night.first_day)
        night.night(night.first_day, *before)
        night.move_on()
        for kind in ("loans", "reservations", "charges", "payments", "messages"):
            night.load(ExtractKind(kind), night.today)
        night.night(night.today, *NightStep)
        row = night.connection.execute(_RICHEST, {"day": night.today}).fetchone()
        assert row is not None
        answer = make_answer(
            night.connection,
            night.settings,
            subject_patron(night.connection, row[0]),
            night.today,
            moment=clock.now(),
            os_user=getpass.getuser(),
        )
        return {language: answer_page(answer, words(language), language) for language in LANGUAGES}


def main() -> None:
    """Takes all of them."""
    from playwright.sync_api import sync_playwright

    made = pages()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (language, width, height, place) in TAKEN.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_content(made[language], wait_until="load")
            if place is not None:
                page.locator(place).evaluate("one => one.scrollIntoView()")
            page.screenshot(path=PICTURES / name)
            page.close()
            sys.stdout.write(f"docs/pictures/{name} taken\n")
        browser.close()


if __name__ == "__main__":
    main()
