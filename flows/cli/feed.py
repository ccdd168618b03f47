"""`patronsync feed`: who reads the change feed, how far they have come; and a reader that anyone can use."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Json
from flows.cli.output import Output
from flows.errors import UsageError, UserError

if TYPE_CHECKING:
    from flows.settings import Settings

app = typer.Typer(help="The change feed: who reads it, and a reader that anyone can use.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CONSUMER", help="The consumer's name.")]
Start = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="now|beginning|kept|TIME",
        help="now: what comes from now on. beginning: all patrons, then what comes. "
        "kept: every event that is still kept. TIME (YYYY-MM-DD HH:MM, with a zone): events since then.",
    ),
]


@app.command()
def consumers(as_json: Json = False) -> None:
    """List who reads the change feed, how far each has come, and what waits for it. A reader sees its own."""
    from db.feed import store
    from flows.wording import words

    with _database() as (connection, language):
        found = store.consumers(connection)
    output = Output(as_json)
    output.result({"consumers": [_row(one) for one in found]})
    if as_json:
        return
    w = words(language)["feed"]
    if not found:
        output.say(w["nobody"])
        return
    rows = [(one.consumer, one.position, one.waiting, one.waiting_since, one.read_at, _state(one, w)) for one in found]
    columns = ("consumer", "position", "waiting", "waiting_since", "read_at", "state")
    output.table([w[column] for column in columns], rows)


@app.command()
def register(consumer: Name, start: Start = "now") -> None:
    """Register a consumer. From then on every event is kept until it has read it."""
    from db.feed import store
    from flows.wording import words

    with _database() as (connection, language):
        store.register(connection, consumer, start)
    Output().say(words(language)["feed"]["registered"].format(consumer=consumer))


@app.command()
def forget(consumer: Name) -> None:
    """Forget a consumer: no event is kept for it any more."""
    from db.feed import store
    from flows.wording import words

    with _database() as (connection, language):
        store.forget(connection, consumer)
    Output().say(words(language)["feed"]["forgotten"].format(consumer=consumer))


@app.command()
def skip(consumer: Name) -> None:
    """Go past the event at which a consumer has stopped. It is never delivered."""
    from db.feed import store
    from flows.wording import words

    with _database() as (connection, language):
        position = store.skip(connection, consumer)
        w = words(language)["feed"]
    if position is None:
        raise UserError(w["not_stopped"].format(consumer=consumer), "See: patronsync feed consumers")
    Output().say(w["skipped"].format(consumer=consumer, position=position))


@app.command()
def follow(
    consumer: Annotated[str, typer.Option(metavar="NAME", help="In whose name; register it first.")],
    webhook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="POST the events there, signed, in place of standard output."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Leave when nothing is left to read.")] = False,
) -> None:
    """Read on, for ever: a CloudEvent (JSON) a line, or to a webhook; each event at least once, in order."""
    from db.feed.store import AT_A_PATRON
    from flows.consumers.follow import LINES, Busy, Follower, Stopped
    from flows.wording import words

    with _reading() as settings:
        said = words(settings.language)
        sink: Any = _to_standard_output if webhook is None else _to_webhook(webhook, consumer, settings)
        try:
            batch = LINES if webhook is None else settings.feed_batch
            follower = Follower(settings.connection_url, consumer, sink, batch)
            try:
                follower.follow(once=once)
            finally:
                follower.close()
        except Busy:
            raise UserError(said["feed"]["busy"].format(consumer=consumer), said["feed"]["busy_remedy"]) from None
        except Stopped as stopped:
            where = "a_patron" if stopped.position == AT_A_PATRON else "an_event"
            raise UserError(
                said["feed"][f"stopped_at_{where}"].format(
                    consumer=consumer,
                    position=stopped.position,
                    reason=said.say("feed_undelivered", stopped.reason),
                ),
                said["feed"]["stopped_remedy"].format(consumer=consumer),
            ) from None


def _to_standard_output(events: Sequence[str]) -> None:
    try:
        sys.stdout.write("\n".join([*events, ""]))
        sys.stdout.flush()
    except BrokenPipeError:
        raise UserError("Nobody reads standard output any more.", "What it has not got comes again.") from None


def _to_webhook(url: str, consumer: str, settings: Settings) -> Any:
    from flows.clock import now
    from flows.consumers.webhook import Receiver, Webhook, check_url

    check_url(url)
    key = settings.webhook_key()
    if key is None:
        raise UsageError(
            "--webhook needs PATRONSYNC_FEED_WEBHOOK_SECRET (or ..._FILE): receivers know us by the signature.",
            "Set it to whsec_ and what this prints: openssl rand -base64 32",
        )
    receiver = Receiver(
        url,
        key,
        ca=settings.feed_webhook_ca,
        tries=settings.feed_webhook_tries,
        timeout=settings.feed_webhook_timeout,
    )
    return Webhook(receiver, consumer, lambda: now().timestamp())


@contextmanager
def _reading() -> Iterator[Settings]:
    """The settings of whoever reads the feed, and what it refuses them, in words."""
    from db.feed.store import FeedProblem
    from flows.local.embedded import environment
    from flows.settings import ReaderSettings, current
    from flows.wording import words

    given = current(ReaderSettings)
    try:
        with environment(given, need_schema=False) as settings:
            yield settings
    except FeedProblem as problem:
        said = words(given.language)
        raise UserError(said.say("feed_problem", problem.code), said.say("feed_problem_remedy", problem.code)) from None


@contextmanager
def _database() -> Iterator[tuple[Any, str]]:
    from db.connect import connect
    from db.errors import guarded
    from db.feed.store import require_reader

    with _reading() as settings, guarded(), connect(settings.connection_url, autocommit=True) as connection:
        require_reader(connection)
        yield connection, settings.language


def _state(consumer: Any, w: Any) -> str:
    if consumer.dead_on is not None:
        return str(w["dead"].format(day=consumer.dead_on))
    if consumer.stopped_at is not None:
        return str(w["stopped"].format(position=consumer.stopped_position))
    return str(w["patrons_left"] if consumer.patrons_left else "")


def _row(consumer: Any) -> dict[str, Any]:
    return {name: getattr(consumer, name) for name in type(consumer).__slots__}
