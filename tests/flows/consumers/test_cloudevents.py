"""An event of the feed as a CloudEvent: whatever stands in it, it is JSON, and says what the feed says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from db.feed.store import Event, What
from flows.consumers.cloudevents import id_of, of_event

AT = datetime(2026, 3, 2, 3, 30, 0, 500, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize("patron_number", ["7", 'a"b\\c', "%s {0}", "Å\u2028", "0"])
@pytest.mark.parametrize("fields", [(), ("street",), ('100 %s "e-books"', "{}")])
def test_what_an_event_holds_is_kept_as_it_is(patron_number: str, fields: tuple[str, ...]) -> None:
    told = of_event(Event(41, patron_number, What("net_media.granted", fields, AT, None)))
    assert "\n" not in told and id_of(told) == "41"
    assert json.loads(told) == {
        "specversion": "1.0",
        "id": "41",
        "source": "/patronsync/feed",
        "type": "net_media.granted",
        "subject": patron_number,
        "time": "2026-03-02T02:30:00.000500Z",
        "datacontenttype": "application/json",
        "data": {"patron_number": patron_number, "fields": list(fields), "position": 41, "run": None},
    }
