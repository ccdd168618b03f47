"""What the demo registry holds about one made-up person, in plain English keys.

These types are the format of a persons file, too (`cpr_client/demo/persons_file.py`): each field is
a key of the JSON object, and all but `cpr_number` may be left out. A person is never changed in
place: who changes one puts a copy into the registry (`Registry.put`), which drops the old answer.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from cpr_client.cpr_number import CprNumber, InvalidCprNumber

NO_NUMBER = CprNumber("0000000000")
"""What the registry writes for a person who has no number: an unknown parent or holder."""

BLANK = CprNumber("")
"""An element for a number that is there and holds nothing."""

RAW_PATH = re.compile(r"[^\W\d][\w.-]*(\[[1-9][0-9]*\])?(/[^\W\d][\w.-]*(\[[1-9][0-9]*\])?)*")
"""A path of `DemoPerson.raw`: names of elements from below the response, `[2]` for the second of a name."""


def _number(value: object) -> CprNumber:
    """A CPR number from a file's text, blank allowed; the error never repeats the text."""
    if isinstance(value, CprNumber):
        return value
    if not isinstance(value, str):
        raise ValueError("write the number as a text in quotes")
    if not value.strip():
        return BLANK
    try:
        return CprNumber.parse(value)
    except InvalidCprNumber:
        raise ValueError("write ten digits, with or without a hyphen after the sixth") from None


def _own_number(value: object) -> CprNumber:
    """A person's own number: ten digits, no replacement number, not blank."""
    number = _number(value)
    if not re.fullmatch(r"[0-9]{10}", number.digits):
        raise ValueError("write ten digits, with or without a hyphen after the sixth")
    return number


_TO_TEXT = PlainSerializer(lambda number: number.digits, return_type=str)
_AS_TEXT = WithJsonSchema({"type": "string"})

OwnNumber = Annotated[CprNumber, PlainValidator(_own_number), _TO_TEXT, _AS_TEXT]
AnyNumber = Annotated[CprNumber, PlainValidator(_number), _TO_TEXT, _AS_TEXT]


class Facts(BaseModel):
    """Base of all: unknown keys are refused, nothing is changed in place, `repr` shows no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


class NameFacts(Facts):
    """`navn`: the addressing name (there even if empty) and the legal names."""

    addressing: str = Field(default="", description="the name on letters; empty for a child not yet named")
    first: str | None = Field(default=None, description="first names")
    middle: str | None = Field(default=None, description="middle names")
    last: str | None = Field(default=None, description="last name")


class ResidenceFacts(Facts):
    """`aktuelAdresse`: where the person lives."""

    municipality_code: int | None = Field(default=None, description="number of the municipality, such as 851")
    road_code: int | None = Field(default=None, description="number of the road; 9900-9999: a special road code")
    house_number: str | None = Field(default=None, description="three digits and a letter, such as 012A")
    floor: str | None = Field(default=None, description="st, kl, 01, 02 ...")
    door: str | None = Field(default=None, description="th, tv, mf or four digits")
    co_name: str | None = Field(default=None, description="c/o name, with the prefix as the registry writes it")
    locality: str | None = Field(default=None, description="an institution or estate")
    town: str | None = Field(default=None, description="the part of the postal district")
    postal_code: str | None = Field(default=None, description="four digits")
    postal_district: str | None = Field(default=None, description="name of the postal district")
    road_name: str | None = Field(default=None, description="the road's full name")
    road_addressing_name: str | None = Field(default=None, description="the road's name in twenty characters")
    standard_address: str | None = Field(default=None, description="the street line as the registry writes it")
    supplementary_lines: tuple[str, ...] = Field(default=(), max_length=5, description="up to five lines beside it")
    moved_in: date | None = Field(default=None, description="first day here")
    moved_out: date | None = Field(default=None, description="day of leaving (a former residence alone)")
    address_uuid: str | None = Field(
        default=None,
        pattern=r"^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$",
        description="the address register's key (v5)",
    )


class ContactFacts(Facts):
    """`kontaktAdresse`: valid from `start` until the day before `delete`."""

    lines: tuple[str, ...] = Field(default=(), max_length=5, description="up to five lines")
    start: date | None = Field(default=None, description="first day")
    delete: date | None = Field(default=None, description="first day on which it is gone")


class EmigrationFacts(Facts):
    """`udrejseoplysninger`: where the person went."""

    country_code: int | None = Field(default=None, description="the registry's number of the country, such as 5120")
    lines: tuple[str, ...] = Field(default=(), max_length=5, description="up to five lines of the foreign address")
    left_on: date | None = Field(default=None, description="day of leaving")


class ProtectionFacts(Facts):
    """One protection; `{}` is an element that is there and says nothing."""

    flag: bool | None = Field(default=None, description="the registry's own flag")
    start: date | None = Field(default=None, description="first day")
    end: date | None = Field(default=None, description="last day")


class RelativeFacts(Facts):
    """A parent or spouse: by number, or by birth date and name; `{}` is an empty element.

    In a file a plain text is taken as the number.
    """

    cpr_number: AnyNumber | None = Field(default=None, description="the number; ten zeros: unknown")
    birth_date: date | None = Field(default=None, description="where there is no number")
    name: str | None = Field(default=None, description="where there is no number")

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, value: Any) -> Any:
        return {"cpr_number": value} if isinstance(value, str | CprNumber) else value


class CustodyFacts(Facts):
    """One `foraeldremyndighed` entry of a child."""

    type: Literal[3, 4, 5, 6] = Field(description="3 mother, 4 father, 5 and 6 other holders")
    start: date | None = Field(default=None, description="first day; none: always")
    start_uncertain: bool = Field(default=False, description="the registry marks the day as uncertain")
    delete: date | None = Field(default=None, description="first day on which it is gone")
    holder: AnyNumber | None = Field(default=None, description="number of the holder (types 5 and 6)")
    holder_since: date | None = Field(default=None, description="since when that holder")


class GuardianshipFacts(Facts):
    """`umyndiggoerelse`: a guardian of an adult. The library keeps none of it."""

    kind: Literal[0, 1, 2] = Field(description="0 guardian not in CPR, 1 by number, 2 by name")
    start: date = Field(description="first day")
    delete: date | None = Field(default=None, description="first day on which it is gone")
    guardian: AnyNumber | None = Field(default=None, description="number of the guardian (kind 1)")
    guardian_name: str | None = Field(default=None, description="name of the guardian (kind 2)")
    extent: Literal["FULD", "DELVIS"] | None = Field(default=None, description="full or partial (v5)")


class DemoPerson(Facts):
    """One made-up person as the registry knows them."""

    cpr_number: OwnNumber = Field(description="ten digits, with or without a hyphen; must be there")
    status: Literal[1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90] | None = Field(
        default=1, description="null: the answer has none"
    )
    status_date: date | None = Field(default=None, description="since when")
    status_date_uncertain: bool = Field(default=False, description="the registry marks the day as uncertain")
    successor: AnyNumber | None = Field(default=None, description="the number in force (status 50 and 60)")
    name: NameFacts | None = Field(default=None, description="names")
    birth_date: date | None = Field(default=None, description="birth date")
    birth_date_uncertain: bool = Field(default=False, description="the registry marks the day as uncertain")
    residence: ResidenceFacts | None = Field(default=None, description="where the person lives")
    contact: ContactFacts | None = Field(default=None, description="contact address")
    emigration: EmigrationFacts | None = Field(default=None, description="where the person went (status 80)")
    protection: ProtectionFacts | None = Field(default=None, description="name and address protection")
    mother: RelativeFacts | None = Field(default=None, description="mother")
    father: RelativeFacts | None = Field(default=None, description="father")
    custody: tuple[CustodyFacts, ...] = Field(default=(), description="who holds custody of a child")
    spouse: RelativeFacts | None = Field(default=None, description="spouse")
    children: tuple[AnyNumber, ...] = Field(default=(), description="numbers of the children")
    former_residences: tuple[ResidenceFacts, ...] = Field(default=(), description="newest first")
    marital_status: Literal["U", "G", "F", "E", "P", "O", "L", "D"] | None = Field(
        default=None, description="one letter"
    )
    marital_status_date: date | None = Field(default=None, description="since when")
    directory_protection: ProtectionFacts | None = Field(default=None, description="not the library's matter")
    marketing_protection: ProtectionFacts | None = Field(default=None, description="not the library's matter")
    guardianship: GuardianshipFacts | None = Field(default=None, description="guardian of an adult")
    shared_residence_since: date | None = Field(default=None, description="parents agreed on shared residence (v5)")
    notes: tuple[str, ...] = Field(default=(), description="notes of the registry")
    raw: dict[str, str | None] = Field(
        default_factory=dict,
        description="path in the answer -> the text put there (null: the element is taken out), "
        "such as persondata/status/status; for answers that no right registry gives",
    )

    @field_validator("raw")
    @classmethod
    def _paths(cls, raw: dict[str, str | None]) -> dict[str, str | None]:
        if not all(RAW_PATH.fullmatch(path) for path in raw):
            raise ValueError("write paths of element names, such as persondata/status/status")
        return raw
