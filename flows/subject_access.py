"""Flow `subject-access`: all that is kept about one person, for themselves, in a file on the worker's machine.

Prefect is told nothing of it: neither a line of the answer nor whom it is about, beyond what the operator typed.
"""

from __future__ import annotations

import getpass
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed

from db.connect import connect, copenhagen_day
from db.errors import guarded
from flows import clock
from flows.errors import UsageError
from flows.local.embedded import environment
from flows.observability.redaction import scrubbed
from flows.parameters import AnswerFile, CaseNumber, Language, PatronNumber
from flows.reporting.private_file import write_private
from flows.reporting.subject_access import make_answer, subject_of_case, subject_of_link, subject_patron
from flows.reporting.subject_page import answer_page
from flows.steps.listening import told
from flows.wording import words

FLOW = "subject-access"

LONGEST = 15 * 60
"""Seconds after which a run is broken off; nothing is in the file then."""


def run_name() -> str:
    """What the run does, without a person in it."""
    return "what is kept about one person"


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def subject_access(
    file: AnswerFile,
    patron_number: PatronNumber | None = None,
    case_number: CaseNumber | None = None,
    link_number: CaseNumber | None = None,
    language: Language | None = None,
) -> State[Any]:
    """Writes all that is kept about one person into a file, for themselves (GDPR article 15). It is put on record.

    Args:
        file: Where to write the page, with its whole path, on the machine where the worker runs; its owner alone can
            read it. Prefect keeps this name: choose one without a name or a number of the person's.
        patron_number: The patron who asks; or one of the following.
        case_number: The case about the guardian who asks, and is no patron.
        link_number: The link to the guardian who asks, and is no patron.
        language: The language of the page, if not that of the settings.
    """
    return told(lambda: _write(file, patron_number, case_number, link_number, language))


def _write(
    file: AnswerFile, number: str | None, case: int | None, link: int | None, language: Language | None
) -> State[Any]:
    if sum(one is not None for one in (number, case, link)) != 1:
        raise UsageError("A person is found by a patron number, a case number or a link number.", "Give one of them.")
    with scrubbed(), environment() as settings, guarded():
        chosen = language.value if language else settings.language
        with connect(settings.connection_url, autocommit=True) as connection:
            if number is not None:
                subject = subject_patron(connection, number)
            elif case is not None:
                subject = subject_of_case(connection, case)
            else:
                subject = subject_of_link(connection, link or 0)
            answer = make_answer(
                connection,
                settings,
                subject,
                copenhagen_day(connection),
                moment=clock.now(),
                os_user=getpass.getuser(),
            )
        write_private(file, answer_page(answer, words(chosen), chosen))
    get_run_logger().info("the answer is written")
    return Completed(message="written to the file")
