"""The last door: nothing that looks like a CPR number gets into a log line, an exception or a printed error.

The doors before it are where the data are: `CprNumber` masks itself, `db` rewords what PostgreSQL says,
`cpr_client` quotes no body. This one stands behind them all, for what nobody thought of
(docs/explanation/privacy.md).
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from cpr_client.cpr_number import MASK
from cpr_client.errors import RegistryError
from flows.errors import UserError

# Ten digits whose first six are a day (a replacement number's day is 60 more) and a month; or any six and four with
# a hyphen between, letters too where a replacement number has them. Neither inside a longer word or number, so that
# run ids, UUIDs and times in seconds stay readable; but right behind an escape (a line break or a colour, a letter
# told by its number, a byte in an address), whose last letter is no part of a word.
_CPR_NUMBER = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=\\[abefnrtv])|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2})"
    r"|(?<=\x1b\[m)|(?<=\x1b\[[0-9]m)|(?<=[\[;][0-9]{2}m)|(?<=[\[;][0-9]{3}m)|(?<=;[0-9]m))(?:"
    r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])(?:0[1-9]|1[0-2])[0-9]{2}[0-9A-Z]{4}"
    r"|[0-9]{6}-[0-9A-Z]{4}"
    r")(?![0-9A-Za-z])"
)

TALKATIVE = ("zeep", "urllib3", "requests")
"""Loggers that write bodies and addresses at DEBUG."""

_QUOTING = ("psycopg",)
"""Loggers that tell of an error they passed over by quoting the server, which quotes rows: at any level."""

_PARAMETERS = ("prefect.flows", "Parameter validation failed")
"""Prefect's line on parameters that do not fit repeats them all."""

_WITHHELD = "(withheld: this library's debug lines hold what was sent and answered)"


class UnexpectedError(Exception):
    """A fault nobody foresaw, told without its own text, which could quote data: what kind, and where in the code."""


def mask(text: str) -> str:
    """`text` with everything that looks like a CPR number replaced by asterisks."""
    return _CPR_NUMBER.sub(MASK, text)


def masked_traceback(error: BaseException) -> str:
    """The traceback of `error`, masked."""
    return mask("".join(traceback.format_exception(error)))


def told_safely(error: BaseException) -> str:
    """What may be said of any exception.

    Errors made for people, and the registry's, are written without data: their text, masked. Of any other the text
    could quote a row: its type and where it arose.
    """
    if is_written_without_data(error):
        return mask(str(error))
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name} ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return mask(f"{type(error).__name__}{where}")


def is_written_without_data(error: BaseException) -> bool:
    """True for the errors whose text is ours: those made for people, the database's reworded, the registry's."""
    from db.errors import DatabaseProblem

    return isinstance(error, UserError | RegistryError | DatabaseProblem | UnexpectedError)


@contextmanager
def scrubbed() -> Iterator[None]:
    """Around the body of a flow: Prefect keeps the text of what leaves it in the run's state.

    Errors made for people pass, masked and without what they arose from. Any other is raised anew as
    `UnexpectedError`, without its text and without the chain that would quote it.
    """
    try:
        yield
    except BaseException as error:  # a panic in a library written in Rust is no Exception
        if _steers(error):
            raise
        if not is_written_without_data(error):
            raise UnexpectedError(told_safely(error)) from None
        error.args = tuple(mask(part) if isinstance(part, str) else part for part in error.args)
        error.__cause__ = error.__context__ = None
        raise


def _steers(error: BaseException) -> bool:
    """Ends a process or a task; and Prefect steers runs (suspend, pause, cancel) by exceptions of its own."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return True
    origin = type(error).__module__.partition(".")[0]
    return origin == "prefect" or (origin == "asyncio" and not isinstance(error, Exception))


class MaskingFilter(logging.Filter):
    """Masks a record's text, arguments and traceback; for a handler that gets records past `install`'s door."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the record in place; never drops one."""
        mask_record(record)
        return True


def mask_record(record: logging.LogRecord) -> None:
    """Masks the record in place. A line of a talkative library below WARNING loses its text altogether."""
    library = record.name.partition(".")[0]
    if record.levelno < logging.WARNING and library in TALKATIVE:
        record.msg, record.args, record.exc_info = _WITHHELD, None, None
        return
    if library in _QUOTING and (record.args or record.exc_info):
        record.msg, record.args, record.exc_info = f"{record.msg} (withheld)", None, None
    elif record.name == _PARAMETERS[0] and str(record.msg).startswith(_PARAMETERS[1]):
        record.msg, record.args = f"{_PARAMETERS[1]} (withheld: the parameters; the run's state names those)", None
    try:
        text = record.getMessage()
    except Exception:  # logging would print the arguments
        record.msg, record.args = "(a log line whose arguments do not fit it)", None
    else:
        if (masked := mask(text)) != text:
            record.msg, record.args = masked, None
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = masked_traceback(record.exc_info[1]).rstrip("\n")
        record.exc_info = None


def install() -> None:
    """Masks every log record of this process from now on, whatever logger makes it and whatever handler takes it.

    Prefect configures its handlers anew when a run starts; a record is masked when it is made, before any of them.
    Safe to repeat.
    """
    before = logging.getLogRecordFactory()
    if not getattr(before, "masks", False):

        def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = before(*args, **kwargs)
            mask_record(record)
            return record

        factory.masks = True  # type: ignore[attr-defined]
        logging.setLogRecordFactory(factory)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class MaskingStream:
    """A text stream that masks what is written to it; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes `text`, masked."""
        return self._stream.write(mask(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def masked_stderr() -> Iterator[None]:
    """Masks standard error: usage errors repeat what was typed, and cron mails it on."""
    before = sys.stderr
    sys.stderr = cast(TextIO, MaskingStream(before))
    try:
        yield
    finally:
        sys.stderr = before
