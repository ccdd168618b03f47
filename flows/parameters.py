"""The parameters that an operator fills in, in Prefect's form and on the command line alike."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from flows.observability import notices
from mappers import night

_PATRON_NUMBER_FORM = r"^(?!\s*[0-9]{6}[^0-9A-Za-z]+[0-9A-Za-z]{4}\s*$).{1,64}$"


def _no_cpr_number(number: str) -> str:
    if not re.match(_PATRON_NUMBER_FORM, number):
        raise ValueError("a patron number is asked for, and this looks like a CPR number: it is not accepted")
    return number


PatronNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_no_cpr_number),
    Field(json_schema_extra={"pattern": _PATRON_NUMBER_FORM}),
]
"""A patron number. `DDMMYY-SSSS` is refused, by the form already, so that nothing of it is stored."""


MOST_CASES = 99_999_999

CaseNumber = Annotated[int, Field(ge=1, le=MOST_CASES)]
"""The number of a case or a link. One that is as long as a CPR number (which loses a leading zero as a number) is
refused, so that nothing of it is stored."""

Today = Annotated[date | None, Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
"""A day. The form refuses what is none, so that nothing of it is stored."""


_ANSWER_FILE_FORM = r"^/(?!(.*[^0-9])?[0-9]{6}[^0-9A-Za-z/]?[0-9]{4}([^0-9]|$)).+$"


def _a_whole_path_without_a_number(file: Path) -> Path:
    if not re.match(_ANSWER_FILE_FORM, str(file)):
        raise ValueError("a whole path is asked for, without anything in it that looks like a CPR number")
    return file


AnswerFile = Annotated[
    Path,
    AfterValidator(_a_whole_path_without_a_number),
    Field(json_schema_extra={"pattern": _ANSWER_FILE_FORM}),
]
"""A file for personal data on the worker's machine. The form refuses a name with a CPR number in it: it is stored."""


class Language(StrEnum):
    """The languages that people are spoken to in."""

    da = "da"
    en = "en"


class RefreshScope(StrEnum):
    """Whom a refresh asks about (docs/reference/rules.md, "When again")."""

    due = "due"
    all = "all"
    quarantined = "quarantined"
    patrons = "patrons"


class ExtractKind(StrEnum):
    """The kinds of files that can be loaded, as `mappers.extracts.EXTRACTS` has them."""

    patrons = "patrons"
    guardians = "guardians"
    loans = "loans"
    reservations = "reservations"
    charges = "charges"
    payments = "payments"
    messages = "messages"
    holds = "holds"
    agreements = "agreements"


class Encoding(StrEnum):
    """How the letters of an extract are written (a UTF-8 file may begin with a byte order mark)."""

    utf_8 = "utf-8"
    latin_1 = "latin-1"


class Notice(StrEnum):
    """What whoever runs the nights is told of, as `flows.observability.notices.CODES` has them."""

    failed = notices.FAILED
    late = notices.LATE
    too_long = notices.TOO_LONG
    waits = notices.WAITS
    certificate = notices.CERTIFICATE
    overdue = notices.OVERDUE


class NightStep(StrEnum):
    """The steps of a night by the names of their flows, as `mappers.night.STEPS` has them."""

    registry_refresh = night.REFRESH
    guardian_links = night.GUARDIANS
    net_media_eligibility = night.NET_MEDIA
    retention_cleanup = night.RETENTION
