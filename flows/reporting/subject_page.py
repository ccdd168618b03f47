"""The answer to a person who asks what is kept about them, as one page of HTML that stands alone.

It is read on a phone and printed, so a table stands as cards where it is wider than the page. Its parts keep their
roles then, and each cell its heading: a screen reader reads it as the table that it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.reporting.html import render
from flows.reporting.subject_access import Answer
from flows.reporting.subject_words import Part, Speaker
from flows.wording import Words


@dataclass(frozen=True, slots=True)
class Page:
    """All that the frame puts in its places."""

    language: str
    title: str
    about: str
    intro: str
    header: list[str]
    parts: list[Part]
    nothing_more: str
    corrections: list[tuple[str, str]]
    left_outs: list[str]
    made: str


def answer_page(answer: Answer, said: Words, language: str) -> str:
    """The page."""
    speaker = Speaker(answer, said)
    w = speaker.w
    page = Page(
        language=language,
        title=w["title"],
        about=speaker.about(),
        intro=w["intro"].format(moment=speaker.moment()),
        header=[w[name] for name in ("term", "value", "why", "source", "read_by", "kept")],
        parts=[part for part in speaker.parts() if part.entries],
        nothing_more=speaker.nothing_more(),
        corrections=speaker.corrections(),
        left_outs=speaker.left_outs(),
        made=w["made"].format(moment=speaker.moment()),
    )
    return render("subject", page, said, "answer")
