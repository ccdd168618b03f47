"""Events of the feed as CloudEvents 1.0, in JSON (docs/reference/events.md).

Many events have all but place and patron in common, so that is written once: a million are read in a few seconds.
"""

from __future__ import annotations

import json
from datetime import UTC
from functools import lru_cache

from db.feed.store import Event, What
from mappers.events import ADDED

SOURCE = "/patronsync/feed"

_HOLE = "\0"
"""Stands where each event has something of its own. PostgreSQL's texts hold no such character."""

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def of_event(event: Event) -> str:
    """An event of the feed. Its `id` is its place, by which one that comes again can be known."""
    position, patron_number, what = event
    patron = _as_json(patron_number)
    a, b, c, d, e = _frame(what)
    return f'{a}"{position}"{b}{patron}{c}{patron}{d}{position}{e}'


def of_patron(patron_number: str) -> str:
    """A patron who was there when a consumer began with all of them: no event of the feed, without a place in it."""
    return _as_json(
        {
            "specversion": "1.0",
            "id": f"patron:{patron_number}",
            "source": SOURCE,
            "type": ADDED,
            "subject": patron_number,
            "datacontenttype": "application/json",
            "data": {"patron_number": patron_number, "fields": [], "position": None, "run": None},
        }
    )


def id_of(event: str) -> str:
    """The `id` of one of these."""
    return str(json.loads(event)["id"])


@lru_cache(maxsize=1024)
def _frame(what: What) -> list[str]:
    """What stands around an event's id, patron number (twice) and position, in this order, each in JSON."""
    event = {
        "specversion": "1.0",
        "id": _HOLE,
        "source": SOURCE,
        "type": what.kind,
        "subject": _HOLE,
        "time": what.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"patron_number": _HOLE, "fields": what.fields, "position": _HOLE, "run": what.run},
    }
    return _as_json(event).split(_as_json(_HOLE))
