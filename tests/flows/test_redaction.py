"""The last door: nothing that looks like a CPR number gets into a log line, an exception or a printed error."""

from __future__ import annotations

import asyncio
import io
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpr_client.cpr_number import MASK
from cpr_client.errors import MalformedAnswer
from db.errors import DataRefused
from flows.errors import UserError
from flows.observability import redaction
from flows.observability.redaction import UnexpectedError, mask, scrubbed

NUMBERS = ["1203901234", "120390-1234", "7203901234", "720390-1234", "120390-12AB", "12039012AB", "991299-1234"]


@pytest.fixture(autouse=True)
def masked_logs():
    """The door of this process, for the test alone: others look at records as they are made."""
    before, levels = logging.getLogRecordFactory(), {n: logging.getLogger(n).level for n in redaction.TALKATIVE}
    redaction.install()
    yield
    logging.setLogRecordFactory(before)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def log():
    """A logger that nobody else uses, and what it has written."""
    logger, stream = logging.getLogger("tests.redaction"), io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "around", ["{}", "patron {}, again", "Key (cpr_number)=({})", "<PNR>{}</PNR>", '"{}"', "a\n{}\n"]
)
def test_what_looks_like_a_cpr_number_is_masked_wherever_it_stands(number, around):
    assert mask(around.format(number)) == around.format(MASK)


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-"]))
def test_every_cpr_number_is_masked(born, serial, hyphen):
    number = f"{born:%d%m}{born.year % 100:02}{hyphen}{serial:04}"
    assert mask(f"asked about {number}.") == f"asked about {MASK}."


@pytest.mark.parametrize(
    "text",
    [
        "run 4711, batch 12: 1000 patrons",
        "2026-11-24T03:30:00.123456+01:00",
        "1764028800 seconds",
        "flow run 0f0b0c0d-1203-9012-8123-120390123456",
        "patron 1234567",
        "12039012345",
        "port 41233, pid 120390",
    ],
)
def test_run_ids_times_and_patron_numbers_stay_readable(text):
    assert mask(text) == text


@pytest.mark.parametrize("number", NUMBERS)
def test_a_log_line_is_masked_with_its_arguments(log, number):
    logger, stream = log
    logger.warning("asked about %s and %r", number, {"cpr": number})
    assert number not in stream.getvalue() and stream.getvalue().count(MASK) == 2


def test_a_traceback_in_a_log_is_masked(log):
    logger, stream = log
    try:
        try:
            raise KeyError("1203901234")
        except KeyError as error:
            raise ValueError("not 120390-1234") from error
    except ValueError:
        logger.exception("it went wrong")
    assert "1203901234" not in stream.getvalue() and "120390-1234" not in stream.getvalue()
    assert "ValueError" in stream.getvalue() and "KeyError" in stream.getvalue()


def test_a_log_line_whose_arguments_do_not_fit_is_not_quoted(log):
    logger, stream = log
    logger.warning("two: %s %s", "1203901234")
    assert "1203901234" not in stream.getvalue()


@pytest.mark.parametrize("name", ["zeep.transports", "urllib3.connectionpool", "requests"])
def test_bodies_that_libraries_log_at_debug_are_withheld_even_where_somebody_turns_them_on(name):
    logger, stream = logging.getLogger(name), io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    level, logger.level = logger.level, logging.DEBUG
    try:
        logger.debug("HTTP Post to %s:\n%s", "https://registry", "<adresseringsnavn>Hansen</adresseringsnavn>")
    finally:
        logger.removeHandler(handler)
        logger.level = level
    assert "Hansen" not in stream.getvalue() and "withheld" in stream.getvalue()


def test_what_psycopg_logs_of_an_error_is_withheld_at_any_level():
    logger, stream = logging.getLogger("psycopg"), io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    try:
        raise ValueError("Failing row contains (Hansen)")
    except ValueError as error:
        logger.warning("error ignored terminating %r: %s", "copy", error, exc_info=True)
    finally:
        logger.removeHandler(handler)
    assert "error ignored" in stream.getvalue() and "Hansen" not in stream.getvalue()


def test_prefect_s_line_on_parameters_does_not_repeat_them():
    logger, stream = logging.getLogger("prefect.flows"), io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    try:
        logger.error("Parameter validation failed for flow 'x': [{'input': 'Hansen'}]")
    finally:
        logger.removeHandler(handler)
    assert "withheld" in stream.getvalue() and "Hansen" not in stream.getvalue()


def test_a_panic_that_is_no_exception_leaves_a_flow_without_its_text():
    class Panic(BaseException):
        pass

    with pytest.raises(UnexpectedError, match="Panic in "), scrubbed():
        raise Panic("Hansen")


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_ends_a_process_or_a_task_passes(signal):
    with pytest.raises(signal), scrubbed():
        raise signal


def test_the_door_is_installed_once():
    factory = logging.getLogRecordFactory()
    redaction.install()
    assert logging.getLogRecordFactory() is factory


def test_a_handler_can_have_the_door_of_its_own():
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "asked about 1203901234", None, None)
    assert redaction.MaskingFilter().filter(record)
    assert record.getMessage() == f"asked about {MASK}"


def test_an_exception_that_nobody_foresaw_leaves_a_flow_without_its_text():
    with pytest.raises(UnexpectedError) as caught, scrubbed():
        raise KeyError("Hansen, Vestergade 12")
    assert (
        "Hansen" not in str(caught.value) and "KeyError" in str(caught.value) and "test_redaction" in str(caught.value)
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "error",
    [UserError("line 7: the name is missing", "Write it."), MalformedAnswer("navn"), DataRefused("refused", "Look.")],
)
def test_errors_written_for_people_leave_a_flow_as_they_are(error):
    told = str(error)
    with pytest.raises(type(error)) as caught, scrubbed():
        try:
            raise ValueError("Hansen")
        except ValueError:
            raise error  # noqa: B904  (what it arose from is the point)
    assert caught.value is error and str(error) == told
    assert error.__context__ is None and error.__cause__ is None


def test_even_an_error_written_for_people_is_masked():
    with pytest.raises(UserError) as caught, scrubbed():
        raise UserError("nobody has the number 120390-1234")
    assert "1234" not in str(caught.value) and "1234" not in caught.value.args[0]


def test_prefect_s_own_signals_pass():
    from prefect.exceptions import PausedRun

    with pytest.raises(PausedRun), scrubbed():
        raise PausedRun


def test_standard_error_is_masked_and_still_the_stream_it_was(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with redaction.masked_stderr():
        print("unexpected argument 120390-1234", file=sys.stderr)
        assert sys.stderr.isatty() is False
    assert sys.stderr is stream
    assert stream.getvalue() == f"unexpected argument {MASK}\n"
