"""The answer to who asks what is kept about them stands in the file alone: nothing of it in Prefect, in a log, on paper
that nobody asked for, whatever fails."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import is_valid

from flows.settings import use
from flows.subject_access import subject_access
from tests.fixtures.library import Library
from tests.fixtures.prefect import PrefectServer
from tests.fixtures.recognizable import NAME, NUMBER, Kept, Night, refusing, spying
from tests.proofs.test_no_number_leaves_of_retention import fill


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer) -> Iterator[Night]:
    """People who would be recognized, and what they have borrowed."""
    library.settings._prefect.update(prefect_api.environment())
    fill(library)
    with spying() as spy:
        yield Night(library, Kept(prefect_api), spy)


def answered(night: Night, **asked: Any) -> tuple[State[Any], str, str]:
    """The flow's state, its run in Prefect, and what it printed."""
    night.library.capture()
    before = use(night.library.settings)
    try:
        state = subject_access(**asked, return_state=True)
    finally:
        use(before)
    printed = night.library.capture()
    return state, str(state.state_details.flow_run_id), printed.out + printed.err


def test_a_run_leaves_the_answer_in_its_file_and_nothing_anywhere_else(night: Night, tmp_path: Path) -> None:
    file = tmp_path / "answers" / "answer.html"
    state, flow_run, printed = answered(night, file=file, patron_number="L1", language="da")
    assert state.is_completed() and state.message == "written to the file"
    text = file.read_text(encoding="utf-8")
    assert NAME in text and NUMBER not in text and "Hvad ved vi om dig" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert night.library.rows("SELECT count(*) FROM sync.disclosure WHERE patron_number = 'L1'") == [(1,)]
    night.nothing_left(flow_run, printed)
    assert "borrowed" not in night.kept.of(flow_run) and "L2" not in night.kept.of(flow_run)


def test_a_run_that_fails_leaves_no_more(night: Night, tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    with refusing(night.library, "sync.disclosure", "23505"):
        state, flow_run, printed = answered(night, file=file, patron_number="L1")
    assert state.is_failed() and not file.exists()
    night.nothing_left(flow_run, printed)
    for asked, said in (({}, "Give one of them"), ({"case_number": 4711}, "There is no such case")):
        state, flow_run, printed = answered(night, file=file, **asked)
        assert state.is_failed() and said in str(state.message) and not file.exists()
        night.nothing_left(flow_run, printed)


def test_a_file_s_name_with_a_number_in_it_is_refused_by_the_form_already(tmp_path: Path) -> None:
    schema = parameter_schema(subject_access).model_dump_for_openapi()
    for name in (f"/tmp/{NUMBER}.html", f"/tmp/x{NUMBER[:6]}-{NUMBER[6:]}", f"/{NUMBER}/answer.html", "answer.html"):
        assert not is_valid({"file": name, "patron_number": "L1"}, schema), name
    assert not is_valid({"file": "/tmp/answer.html", "patron_number": f"{NUMBER[:6]}-{NUMBER[6:]}"}, schema)
    for asked in ({"case_number": int(NUMBER)}, {"link_number": 506149120}):
        assert not is_valid({"file": "/tmp/answer.html", **asked}, schema), asked
    for asked in ({"patron_number": "L1", "language": "da"}, {"case_number": 7}, {"link_number": 7}):
        assert is_valid({"file": str(tmp_path / "answer 2026-11-28.html"), **asked}, schema), asked
