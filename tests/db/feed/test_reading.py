"""A consumer misses nothing and is told of each patron's changes in their order, however transactions mix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest

from db.connect import Connection, connect
from db.feed import store
from db.feed.store import FeedProblem
from db.roles import MESSAGES, NET_MEDIA, STAFF, WEBSITE, WORKER, Role
from flows.consumers import webhook

Open = Callable[[], Connection]


@pytest.fixture
def reader(database_url: str) -> Iterator[Connection]:
    """Whoever reads: a transaction a statement."""
    with connect(database_url, name="reader", autocommit=True) as connection:
        yield connection


@pytest.fixture
def open_one(database_url: str) -> Iterator[Open]:
    """Opens a connection of somebody who writes, with a transaction of their own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(connect(database_url, name="writer"))


def tell(connection: Connection, patron_number: str, kind: str = "patron.name") -> int:
    """One event in the connection's transaction; its place."""
    row = connection.execute(
        "INSERT INTO sync.change (patron_number, kind) VALUES (%s, %s) RETURNING position", [patron_number, kind]
    ).fetchone()
    assert row is not None
    return int(row[0])


def begin(connection: Connection) -> None:
    """The connection's transaction gets its number now, whatever it will write later."""
    connection.execute("SELECT pg_current_xact_id()")


def take(reader: Connection, consumer: str = "website", most: int = 100) -> list[str]:
    """Reads what comes next and says that it is done with; whose changes."""
    events = store.next_changes(reader, consumer, most)
    if events:
        store.commit(reader, consumer, events[-1].position)
    return [event.patron_number for event in events]


def test_a_consumer_reads_what_comes_after_it_has_registered(reader: Connection) -> None:
    tell(reader, "before")
    store.register(reader, "website")
    assert take(reader) == []
    tell(reader, "1")
    tell(reader, "2")
    assert take(reader) == ["1", "2"]
    assert take(reader) == []


def test_an_event_holds_who_what_when_and_by_which_run(reader: Connection) -> None:
    store.register(reader, "website")
    telling = (
        "INSERT INTO sync.change (patron_number, kind, fields, at, run_id) VALUES (%s, 'net_media.granted', %s, %s, %s)"
    )
    for number, fields, at, run in (
        ("7", ["film"], "2026-03-02 02:30Z", 3),
        ('a"b\n\\c,', ["tab\t", 'a, "b"'], "2026-03-02 04:30:00.25+02", None),
        ("8", [], "2026-03-02 02:30Z", 3),
    ):
        reader.execute(telling, [number, fields, at, run])
    moment = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    told = [(event.patron_number, *astuple(event.what)) for event in store.next_changes(reader, "website", 10)]
    assert told == [
        ("7", "net_media.granted", ("film",), moment, 3),
        ('a"b\n\\c,', "net_media.granted", ("tab\t", 'a, "b"'), moment + timedelta(milliseconds=250), None),
        ("8", "net_media.granted", (), moment, 3),
    ]


def test_what_is_not_committed_is_given_again(reader: Connection) -> None:
    store.register(reader, "website")
    places = [tell(reader, str(n)) for n in range(3)]
    assert [event.position for event in store.next_changes(reader, "website", 2)] == places[:2]
    assert [event.position for event in store.next_changes(reader, "website", 2)] == places[:2]
    store.commit(reader, "website", places[0])
    assert [event.position for event in store.next_changes(reader, "website", 2)] == places[1:]


def test_a_transaction_that_commits_late_is_not_missed(reader: Connection, open_one: Open) -> None:
    """Its event has the lower place and the lower transaction."""
    store.register(reader, "website")
    late = open_one()
    tell(late, "late")
    tell(reader, "early")
    assert take(reader) == ["early"]
    late.commit()
    assert take(reader) == ["late"]
    assert take(reader) == []


def test_nobody_waits_for_a_transaction_that_stays_open(reader: Connection, open_one: Open) -> None:
    store.register(reader, "website")
    tell(open_one(), "open")
    for number in "123":
        tell(reader, number)
        assert take(reader) == [number]


def test_a_late_commit_in_the_midst_of_reading_is_not_missed(reader: Connection, open_one: Open) -> None:
    store.register(reader, "website")
    late = open_one()
    tell(reader, "1")
    tell(late, "late")
    tell(reader, "3")
    assert take(reader, most=1) == ["1"]
    late.commit()
    assert take(reader, most=1) == ["3"]
    assert take(reader, most=1) == ["late"]
    assert take(reader) == []


def test_what_is_rolled_back_is_never_told(reader: Connection, open_one: Open) -> None:
    store.register(reader, "website")
    undone = open_one()
    tell(undone, "undone")
    tell(reader, "1")
    assert take(reader) == ["1"]
    undone.rollback()
    assert take(reader) == []


def test_a_patron_s_changes_come_in_their_order_whatever_the_numbers_of_their_transactions(
    reader: Connection, open_one: Open
) -> None:
    """An old transaction changes a patron after a young one has: by number of transaction it would come first."""
    store.register(reader, "website")
    older, old, young = open_one(), open_one(), open_one()
    for connection in (older, old, young):
        begin(connection)
    tell(young, "P", "patron.added")
    young.commit()
    tell(old, "P", "patron.deleted")
    old.commit()
    assert [event.what.kind for event in store.next_changes(reader, "website", 10)] == [
        "patron.added",
        "patron.deleted",
    ]
    tell(older, "P", "patron.added")
    older.commit()
    take(reader)
    assert [event.what.kind for event in store.next_changes(reader, "website", 10)] == ["patron.added"]


def test_who_writes_and_reads_in_one_transaction_misses_nothing_of_it(reader: Connection, open_one: Open) -> None:
    store.register(reader, "website")
    both = open_one()
    tell(both, "1")
    tell(reader, "2")
    assert take(both) == ["2"]
    tell(both, "3")
    both.commit()
    assert take(reader) == ["1", "3"]


def test_a_consumer_that_begins_with_all_patrons_is_told_of_them_and_of_what_changes_meanwhile(
    reader: Connection, open_one: Open
) -> None:
    late = open_one()
    late.execute("INSERT INTO library.patron (patron_number) VALUES ('3')")
    tell(late, "3", "patron.added")
    reader.execute("INSERT INTO library.patron (patron_number) VALUES ('1'), ('2')")
    store.register(reader, "website", store.BEGINNING)
    assert store.next_patrons(reader, "website", 1) == ["1"]
    assert store.next_patrons(reader, "website", 1) == ["1"]
    store.commit_patrons(reader, "website", "1")
    assert store.next_patrons(reader, "website", 5) == ["2"]
    store.commit_patrons(reader, "website", "2")
    assert problem(lambda: store.commit_patrons(reader, "website", "2")) == store.NOT_READING
    assert store.next_patrons(reader, "website", 0) == []
    assert store.consumers(reader)[0].patrons_left
    assert store.next_patrons(reader, "website", 5) == []
    assert not store.consumers(reader)[0].patrons_left
    assert problem(lambda: store.commit_patrons(reader, "website", "9")) == store.NOT_READING
    late.commit()
    assert take(reader) == ["3"]


def test_a_consumer_may_start_with_everything_that_is_kept_or_from_a_time(reader: Connection) -> None:
    for day in (1, 2, 3):
        reader.execute(
            "INSERT INTO sync.change (patron_number, kind, at) VALUES (%s, 'patron.name', %s)",
            [str(day), f"2026-01-0{day} 12:00Z"],
        )
    store.register(reader, "kept", store.KEPT)
    store.register(reader, "second", "2026-01-02 12:00Z")
    store.register(reader, "none", "2026-01-04 12:00Z")
    tell(reader, "now")
    assert take(reader, "kept", most=1) == ["1"]
    assert take(reader, "kept") == ["2", "3"]
    assert take(reader, "kept") == ["now"]
    assert take(reader, "second") + take(reader, "second") == ["2", "3", "now"]
    assert take(reader, "none") == ["now"]


def problem(do: Callable[[], object]) -> str:
    with pytest.raises(FeedProblem) as found:
        do()
    return found.value.code


def test_who_is_not_registered_dead_or_registered_twice_is_told_so(reader: Connection) -> None:
    assert problem(lambda: store.next_changes(reader, "website", 1)) == store.UNKNOWN
    assert problem(lambda: store.register(reader, "website", "tomorrow week")) == store.NO_START
    assert problem(lambda: store.register(reader, "Web site")) == store.NO_NAME
    store.register(reader, "website")
    assert problem(lambda: store.register(reader, "website")) == store.KNOWN
    reader.execute("UPDATE sync.consumer SET dead_on = '2026-01-01'")
    assert problem(lambda: store.next_changes(reader, "website", 1)) == store.DEAD
    store.register(reader, "website")
    assert take(reader) == []
    store.forget(reader, "website")
    assert problem(lambda: store.forget(reader, "website")) == store.UNKNOWN


def test_a_place_that_was_not_given_or_was_committed_already_is_refused(reader: Connection) -> None:
    store.register(reader, "website")
    before = tell(reader, "1")
    assert problem(lambda: store.commit(reader, "website", before)) == store.NOT_READING
    take(reader)
    assert problem(lambda: store.commit(reader, "website", before)) == store.NOT_READING
    later = tell(reader, "2")
    store.next_changes(reader, "website", 1)
    assert problem(lambda: store.commit(reader, "website", before)) == store.NOT_READING
    assert problem(lambda: store.commit(reader, "website", later + 1)) == store.NOT_READING


def test_events_that_are_deleted_by_hand_hold_nobody_up(reader: Connection) -> None:
    store.register(reader, "website")
    tell(reader, "1")
    store.next_changes(reader, "website", 1)
    reader.execute("DELETE FROM sync.change")
    assert take(reader) == []
    tell(reader, "2")
    assert take(reader) == ["2"]


def test_who_listens_is_woken_by_each_commit_with_events(reader: Connection, open_one: Open) -> None:
    store.listen(reader)
    writer = open_one()
    tell(writer, "1")
    tell(writer, "2")
    assert list(reader.notifies(timeout=0, stop_after=1)) == []
    writer.commit()
    assert len(list(reader.notifies(timeout=5, stop_after=1))) == 1


def test_it_is_seen_how_far_each_consumer_has_come_and_what_waits_for_it(reader: Connection, open_one: Open) -> None:
    for name in ("idle", "website"):
        store.register(reader, name)
    late = open_one()
    tell(late, "late")
    places = [tell(reader, str(n)) for n in range(3)]
    store.next_changes(reader, "website", 3)
    store.commit(reader, "website", places[0])
    late.commit()
    idle, website = store.consumers(reader)
    assert (idle.consumer, idle.position, idle.waiting) == ("idle", None, 4)
    assert (website.position, website.waiting) == (places[0], 3)
    assert website.waiting_since is not None and not website.patrons_left
    while take(reader):
        pass
    assert store.consumers(reader)[1].waiting == 0


def test_who_asks_for_no_event_has_none_taken_for_read(reader: Connection) -> None:
    store.register(reader, "website")
    tell(reader, "1")
    assert store.next_changes(reader, "website", 1) != []
    assert store.next_changes(reader, "website", 0) == []
    assert take(reader) == ["1"]


def test_who_began_with_all_patrons_in_the_views_has_none_left_once_a_change_is_done_with(reader: Connection) -> None:
    reader.execute("INSERT INTO library.patron (patron_number) VALUES ('1')")
    store.register(reader, "website", "beginning")
    assert store.consumers(reader)[0].patrons_left
    tell(reader, "1")
    assert take(reader) == ["1"]
    assert not store.consumers(reader)[0].patrons_left


def test_a_feed_that_was_restored_to_another_server_is_given_again(reader: Connection) -> None:
    """There numbers of transactions are others: those of the events may be of transactions to come."""
    store.register(reader, "website")
    tell(reader, "1")
    take(reader)
    tell(reader, "2")
    reader.execute("UPDATE sync.change SET transaction_id = '999999999'")
    assert take(reader) == []
    assert reader.execute("SELECT sync.rebase_feed()").fetchone() == (1,)
    tell(reader, "3")
    assert take(reader) == ["1", "2", "3"]


def test_an_empty_look_writes_nothing_until_an_hour_has_passed(reader: Connection) -> None:
    store.register(reader, "website")
    read_at = "SELECT xmin::text, read_at FROM sync.consumer"
    [before] = reader.execute(read_at).fetchall()
    assert take(reader) == []
    assert reader.execute(read_at).fetchall() == [before]
    reader.execute("UPDATE sync.consumer SET read_at = now() - interval '2 hours'")
    assert take(reader) == []
    [(_, after)] = reader.execute(read_at).fetchall()
    assert after >= before[1]


def test_what_is_read_ahead_is_what_comes_next_once_the_last_event_is_committed(
    reader: Connection, open_one: Open
) -> None:
    store.register(reader, "website")
    late = open_one()
    places = [tell(reader, str(n)) for n in range(3)]
    tell(late, "late")
    places += [tell(reader, str(n)) for n in range(3, 5)]
    given = store.next_changes(reader, "website", 2)
    late.commit()
    ahead = store.changes_past(reader, "website", given[-1].position, 2)
    store.commit(reader, "website", given[-1].position)
    assert ahead == store.next_changes(reader, "website", 2)
    assert [event.position for event in ahead] == places[2:4]
    assert [event.position for event in store.changes_past(reader, "website", places[3], 2)] == places[4:]
    assert store.changes_past(reader, "website", places[4], 2) == [], (
        "what was committed late comes after the end of it"
    )
    assert take(reader) == ["2", "3", "4"]
    assert take(reader) == ["late"]
    assert problem(lambda: store.changes_past(reader, "nobody", 1, 1)) == store.UNKNOWN


@pytest.mark.parametrize(
    ("role", "numbers"),
    [(STAFF, "1234"), (WEBSITE, "1234"), (NET_MEDIA, "13"), (MESSAGES, "124"), (WORKER, "1234")],
)
def test_a_consumer_that_begins_with_all_patrons_is_told_of_those_whom_its_role_finds_in_a_view(
    reader: Connection, database_url: str, role: Role, numbers: str
) -> None:
    """Of whom nothing is kept for it, it is told nothing; whoever reads in its name."""
    reader.execute("INSERT INTO library.patron (patron_number) SELECT generate_series(1, 4)::text")
    reader.execute("UPDATE library.patron SET registry_status = 90 WHERE patron_number = '3'")
    reader.execute("INSERT INTO library.net_media_service VALUES ('film')")
    reader.execute(
        "INSERT INTO library.net_media_right (patron_number, service, granted, reason, since) "
        "SELECT number, 'film', false, 'not resident', '2026-01-01' FROM unnest('{1, 3}'::text[]) AS number"
    )
    with connect(f"{database_url}&options=-crole%3D{role.name}", autocommit=True) as of_the_role:
        store.register(of_the_role, "website", store.BEGINNING)
        assert store.next_patrons(of_the_role, "website", 9) == list(numbers)
    assert store.next_patrons(reader, "website", 9) == list(numbers)


def test_a_consumer_stops_at_what_it_is_reading_alone_and_for_a_reason_that_has_a_code(reader: Connection) -> None:
    store.register(reader, "website")
    places = [tell(reader, str(n)) for n in range(3)]
    assert problem(lambda: store.stop(reader, "website", places[0], webhook.REFUSED)) == store.NOT_READING
    store.next_changes(reader, "website", 2)
    store.commit(reader, "website", places[0])
    for place in (places[0], places[2] + 1, store.AT_A_PATRON):
        assert problem(lambda place=place: store.stop(reader, "website", place, webhook.REFUSED)) == store.NOT_READING
    assert problem(lambda: store.stop(reader, "website", places[1], "Jens Hansen")) == store.NO_REASON
    for reason in webhook.REASONS:
        store.stop(reader, "website", places[1], reason)
        assert store.consumers(reader)[0].stopped_reason == reason
    assert store.skip(reader, "website") == places[1]
    assert store.skip(reader, "website") is None
    assert take(reader) == ["2"]


def test_past_an_event_that_is_not_the_next_any_more_nobody_skips(reader: Connection) -> None:
    store.register(reader, "website")
    places = [tell(reader, str(n)) for n in range(2)]
    store.next_changes(reader, "website", 2)
    store.stop(reader, "website", places[0], webhook.REFUSED)
    reader.execute("DELETE FROM sync.change WHERE position = %s", [places[0]])
    assert problem(lambda: store.skip(reader, "website")) == store.NOT_READING
    assert take(reader) == ["1"]
    assert store.consumers(reader)[0].stopped_position is None


def test_a_consumer_is_held_by_one_session_and_by_nobody_whose_it_is_not(
    reader: Connection, open_one: Open, database_url: str
) -> None:
    store.register(reader, "website")
    assert store.hold(reader, "website")
    assert not store.hold(open_one(), "website")
    with connect(f"{database_url}&options=-crole%3D{MESSAGES.name}", autocommit=True) as stranger:
        assert problem(lambda: store.hold(stranger, "website")) == store.ANOTHER_ROLE
    assert problem(lambda: store.hold(reader, "nobody")) == store.UNKNOWN
