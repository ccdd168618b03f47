"""Events of the feed as CloudEvents 1.0, in JSON (docs/reference/events.md)."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from db.feed.store import Event
from mappers.events import ADDED

SOURCE = "/patronsync/feed"

CloudEvent = dict[str, Any]


def of_event(event: Event) -> CloudEvent:
    """An event of the feed. Its `id` is its place, by which one that comes again can be known."""
    return {
        "specversion": "1.0",
        "id": str(event.position),
        "source": SOURCE,
        "type": event.kind,
        "subject": event.patron_number,
        "time": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "patron_number": event.patron_number,
            "fields": event.fields,
            "position": event.position,
            "run": event.run,
        },
    }


def of_patron(patron_number: str) -> CloudEvent:
    """A patron who was there when a consumer began with all of them: no event of the feed, without a place in it."""
    return {
        "specversion": "1.0",
        "id": f"patron:{patron_number}",
        "source": SOURCE,
        "type": ADDED,
        "subject": patron_number,
        "datacontenttype": "application/json",
        "data": {"patron_number": patron_number, "fields": [], "position": None, "run": None},
    }


def as_line(event: CloudEvent) -> str:
    """One line of JSON."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
