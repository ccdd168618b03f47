"""Reading an answer, element by element: what is taken, what is made of it, what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from cpr_client import CprNumber, Custody, MalformedAnswer, MismatchedAnswer, Person, Protection, UncertainDate
from cpr_client.base_data.answer import read_answer
from cpr_client.base_data.contract import NAMESPACES
from tests.cpr_client.samples import ANOTHER, NUMBER, NUMBER_ELEMENT, STATUS, answer, person, residing


def read(body: bytes) -> Person:
    return read_answer(body, NUMBER)


def refused(body: bytes) -> str:
    """The element that the refusal names, and the problem."""
    with pytest.raises(MalformedAnswer) as refusal:
        read(body)
    return f"{refusal.value.element} {refusal.value.problem}"


def test_the_least_answer_is_a_number_and_a_status():
    assert read(person()) == Person(cpr_number=NUMBER, status=1)


def test_both_versions_are_read():
    for version in NAMESPACES:
        assert read(answer(f"<persondata>{NUMBER_ELEMENT}{STATUS}</persondata>", version)).status == 1


def test_white_space_and_control_characters_become_one_space():
    name = "<navn><personadresseringsnavn> Anna\u0085\u00a0\n\t Berg\u0007 </personadresseringsnavn></navn>"
    body = person(name.replace("\u0007", "&#x9f;"))
    assert read(body).name.addressing == "Anna Berg"


def test_an_empty_or_blank_text_is_none():
    name = read(person("<navn><personadresseringsnavn/><fornavn> \n </fornavn></navn>")).name
    assert (name.addressing, name.first) == (None, None)


def test_a_name_of_five_hundred_characters_is_kept_whole():
    long = "Æ" * 500
    assert read(person(f"<navn><personadresseringsnavn>{long}</personadresseringsnavn></navn>")).name.addressing == long


@pytest.mark.parametrize("written", ["851", "0851", "+851", " 00851 "])
def test_a_code_is_read_with_and_without_leading_zeros(written):
    residence = read(residing(f"<kommunekode>{written}</kommunekode>")).residence
    assert residence is not None
    assert residence.municipality_code == 851


@pytest.mark.parametrize("written", ["-851", "851.0", "eight", "8_51", "٨٥١", "1234567890"])
def test_a_code_that_is_none_is_malformed(written):
    assert refused(residing(f"<kommunekode>{written}</kommunekode>")) == "aktuelAdresse/kommunekode is no code"


def test_a_residence_keeps_its_parts_as_they_stand():
    residence = read(
        residing(
            "<kommunekode>0851</kommunekode><vejkode>0012</vejkode><husnummer>012A</husnummer><etage>st</etage>"
            "<sidedoer>0003</sidedoer><conavn>c/o Berg</conavn><lokalitet>Gården</lokalitet><bynavn>Øster By</bynavn>"
            "<postnummer>0999</postnummer><postdistrikt>Byen</postdistrikt><vejnavn>Lange Vej</vejnavn>"
            "<standardadresse>Lange Vej 12A, st.</standardadresse><vejadresseringsnavn>Lange V</vejadresseringsnavn>"
            "<adr1-supladr>Bagbygning</adr1-supladr><adr3-supladr>Port 2</adr3-supladr>"
        )
    ).residence
    assert residence is not None
    assert [getattr(residence, field) for field in residence._fields] == [
        851,
        12,
        "012A",
        "st",
        "0003",
        "c/o Berg",
        "Gården",
        "Øster By",
        "0999",
        "Byen",
        "Lange Vej",
        "Lange V",
        "Lange Vej 12A, st.",
        ("Bagbygning", "Port 2"),
    ]


def test_an_empty_residence_is_none():
    assert read(residing("")).residence is None
    assert read(residing("<kommuneCvr>12345678</kommuneCvr>")).residence is None


def test_a_contact_address_keeps_its_lines_in_order_and_its_days():
    contact = read(
        person(
            rest="<adresse><kontaktAdresse><kontaktAdr1>Hos Berg</kontaktAdr1><kontaktAdr2/>"
            "<kontaktAdr3>Vej 1</kontaktAdr3><startdato>2026-01-02</startdato><slettedato>2026-09-01Z</slettedato>"
            "</kontaktAdresse></adresse>"
        )
    ).contact
    assert contact is not None
    assert (contact.lines, contact.start, contact.delete) == (
        ("Hos Berg", "Vej 1"),
        date(2026, 1, 2),
        date(2026, 9, 1),
    )


def test_an_emigration_keeps_country_and_lines():
    emigration = read(
        person(
            rest="<adresse><udrejseoplysninger><udrejselandekode>05120</udrejselandekode>"
            "<udlandsadresse1>Storgatan 1</udlandsadresse1><udlandsadresse5>Lund</udlandsadresse5>"
            "</udrejseoplysninger></adresse>"
        )
    ).emigration
    assert emigration is not None
    assert (emigration.country_code, emigration.lines) == (5120, ("Storgatan 1", "Lund"))


@pytest.mark.parametrize(
    "written",
    [
        "1978-04-27",
        "1978-04-27Z",
        "1978-04-27+01:00",
        "1978-04-27-11:00",
        "1978-04-27T00:00:00",
        "1978-04-27T23:59:59.999+14:00",
        " 1978-04-27T24:00:00Z\n",
    ],
)
def test_the_calendar_date_is_the_one_written(written):
    body = person(f"<foedselsdato><dato>{written}</dato></foedselsdato>")
    assert read(body).birth_date == UncertainDate(date(1978, 4, 27))


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "2026-13-01",
        "2025-02-29",
        "0000-01-01",
        "26-02-03",
        "2026-2-3",
        "2026-W05-1",
        "20260203",
        "03-02-2026",
        "2026-02-03T25:00:00",
        "2026-02-03 00:00:00",
        "2026-02-03+1:00",
        "-2026-02-03",
        "soon",
    ],
)
def test_a_date_that_no_calendar_has_is_malformed(written):
    body = person(f"<foedselsdato><dato>{written}</dato></foedselsdato>")
    assert refused(body) == "foedselsdato/dato is no date of the calendar"


@pytest.mark.parametrize(("mark", "uncertain"), [("*", True), ("?", True), ("", False), ("  ", False)])
def test_anything_but_blank_marks_a_date_as_uncertain(mark, uncertain):
    body = person(
        f"<foedselsdato><dato>1978-04-27</dato><usikkerhedsmarkering>{mark}</usikkerhedsmarkering></foedselsdato>"
    )
    assert read(body).birth_date == UncertainDate(date(1978, 4, 27), uncertain)


def test_a_status_keeps_its_date():
    status = "<status><status>90</status><statusdato><dato>2026-03-04T00:00:00.000+01:00</dato></statusdato></status>"
    got = read(person(status=status))
    assert (got.status, got.status_date) == (90, UncertainDate(date(2026, 3, 4)))


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("", "status/status is missing"),
        ("<status/>", "status/status is missing"),
        ("<status><status/></status>", "status/status is missing"),
        ("<status><status>2</status></status>", "status/status is none of the contract's codes"),
        ("<status><status>1.0</status></status>", "status/status is no code"),
        ("<status>1</status>", "status holds text where elements belong"),
        ("<status><status><code>1</code></status></status>", "status holds elements where a value belongs"),
    ],
)
def test_a_status_that_can_t_be_read_is_malformed(status, problem):
    assert refused(person(status=status)) == problem


@pytest.mark.parametrize(
    "blank", ["<gaeldendePersonnummer/>", "<gaeldendePersonnummer>0000000000</gaeldendePersonnummer>"]
)
def test_a_blank_or_zero_number_is_absent(blank):
    assert read(person(blank)).successor is None


def test_a_successor_is_read():
    body = person(f"<gaeldendePersonnummer>{ANOTHER.digits}</gaeldendePersonnummer>")
    assert read(body).successor == ANOTHER


@pytest.mark.parametrize("written", ["102035678", "01020356789", "010203567A", "010203-5678"])
def test_a_successor_that_is_no_number_is_malformed(written):
    body = person(f"<gaeldendePersonnummer>{written}</gaeldendePersonnummer>")
    assert refused(body) == "persondata/gaeldendePersonnummer is no CPR number"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (answer(""), "persondata is missing"),
        (answer("<persondata/>"), "persondata/personnummer is missing"),
        (person(number=""), "persondata/personnummer is missing"),
        (person(number="<personnummer>0000000000</personnummer>"), "persondata/personnummer is missing"),
        (person(number="<personnummer>12</personnummer>"), "persondata/personnummer is no CPR number"),
    ],
)
def test_an_answer_that_does_not_say_whom_it_is_about_is_malformed(body, problem):
    assert refused(body) == problem


def test_an_answer_about_somebody_else_is_mismatched_whatever_else_is_wrong_with_it():
    theirs = f"<personnummer>{ANOTHER.digits}</personnummer>"
    for body in (
        person(number=theirs),
        person(number=theirs, status=""),
        person("<navn>x</navn>", number=theirs),
        person("<koen/><koen/>", number=theirs),
        answer(f"<relationer/><relationer/><persondata>{STATUS}{theirs}</persondata>"),
    ):
        with pytest.raises(MismatchedAnswer):
            read(body)


@pytest.mark.parametrize(
    ("inner", "element"),
    [
        ("<persondata/><persondata/>", "persondata"),
        (f"<persondata>{NUMBER_ELEMENT}{NUMBER_ELEMENT}{STATUS}</persondata>", "personnummer"),
        (f"<persondata>{NUMBER_ELEMENT}<navn/><navn/>{STATUS}</persondata>", "navn"),
        (f"<persondata>{NUMBER_ELEMENT}{STATUS}</persondata><adresse/><adresse/>", "adresse"),
        (
            f"<persondata>{NUMBER_ELEMENT}{STATUS}</persondata><relationer><mor/><mor/></relationer>",
            "mor",
        ),
        (
            f"<persondata>{NUMBER_ELEMENT}{STATUS}</persondata>"
            "<adresse><aktuelAdresse><vejkode>1</vejkode><vejkode>1</vejkode></aktuelAdresse></adresse>",
            "vejkode",
        ),
    ],
)
def test_what_the_contract_allows_once_is_malformed_when_repeated(inner, element):
    assert refused(answer(inner)) == f"{element} is repeated"


def test_what_the_contract_allows_more_often_may_be_repeated():
    body = person(
        rest="<adresse><adresseHistorik/><adresseHistorik/></adresse>"
        "<relationer><barn/><barn/></relationer><notater/><notater/>"
    )
    assert read(body).custody == ()


def test_an_element_that_the_contract_does_not_have_is_passed_over():
    assert read(person('<nyt>1</nyt><nyt xmlns="urn:x">2</nyt>')) == Person(cpr_number=NUMBER, status=1)


def test_an_element_of_the_contract_in_another_namespace_is_malformed():
    body = person('<adressebeskyttelse xmlns="urn:x"><beskyttet>true</beskyttet></adressebeskyttelse>')
    assert refused(body) == "adressebeskyttelse stands in another namespace than the answer"


def test_a_part_that_holds_text_is_malformed():
    assert refused(person("<navn>Anna Berg</navn>")) == "navn holds text where elements belong"


# Protection: what can't be read protects.


def protection(inner: str) -> Protection | None:
    return read(person(f"<adressebeskyttelse>{inner}</adressebeskyttelse>")).protection


def test_no_element_is_no_protection():
    assert read(person()).protection is None


@pytest.mark.parametrize(("written", "flag"), [("true", True), ("1", True), ("false", False), (" 0 ", False)])
def test_the_flag_is_read(written, flag):
    assert protection(f"<beskyttet>{written}</beskyttet>") == Protection(flag=flag)


def test_the_dates_are_read():
    got = protection("<startdato>2004-01-01+01:00</startdato><slutdato>2101-01-01+01:00</slutdato>")
    assert got == Protection(start=date(2004, 1, 1), end=date(2101, 1, 1))


@pytest.mark.parametrize(
    "inner",
    [
        "",
        " text ",
        "<beskyttet/>",
        "<beskyttet>True</beskyttet>",
        "<beskyttet>nej</beskyttet>",
        "<beskyttet>false</beskyttet><slutdato/>",
        "<beskyttet>false</beskyttet><slutdato>2026-02-30</slutdato>",
        "<beskyttet>false</beskyttet><startdato>?</startdato>",
        "<beskyttet>false</beskyttet><beskyttet>false</beskyttet>",
        "<beskyttet>false<x/></beskyttet>",
        '<startdato>2004-01-01</startdato><beskyttet xmlns="urn:x">true</beskyttet>',
    ],
)
def test_a_protection_that_says_nothing_or_can_t_be_read_is_unreadable(inner):
    assert protection(inner) == Protection(readable=False)


def test_the_three_other_protections_are_not_this_one():
    others = "<vejviserbeskyttelse><beskyttet>true</beskyttet></vejviserbeskyttelse>"
    assert read(person(others)).protection is None


# Custody: a holder who can't be read is a holder who is not known.


def custody(inner: str) -> tuple[Custody, ...]:
    return read(person(rest=f"<relationer>{inner}</relationer>")).custody


def test_custody_is_read_entry_by_entry():
    got = custody(
        "<foraeldremyndighed><foraeldremyndighedtype>3</foraeldremyndighedtype>"
        "<foraeldremyndighedStartdato><dato>2020-01-02</dato><usikkerhedsmarkering>*</usikkerhedsmarkering>"
        "</foraeldremyndighedStartdato><foraeldremyndighedSletdato>2038-01-02</foraeldremyndighedSletdato>"
        "</foraeldremyndighed>"
        "<foraeldremyndighed><foraeldremyndighedtype>5</foraeldremyndighedtype>"
        f"<relationPersonnummer>{ANOTHER.digits}</relationPersonnummer></foraeldremyndighed>"
    )
    assert got == (
        Custody(type=3, start=UncertainDate(date(2020, 1, 2), True), delete=date(2038, 1, 2)),
        Custody(type=5, holder=ANOTHER),
    )


def test_types_three_and_four_have_no_holder_of_their_own():
    entry = (
        "<foraeldremyndighed><foraeldremyndighedtype>4</foraeldremyndighedtype>"
        f"<relationPersonnummer>{ANOTHER.digits}</relationPersonnummer></foraeldremyndighed>"
    )
    assert custody(entry) == (Custody(type=4),)


@pytest.mark.parametrize("number", ["", "<relationPersonnummer>0000000000</relationPersonnummer>",
                                    "<relationPersonnummer>?</relationPersonnummer>"])  # fmt: skip
def test_a_holder_who_can_t_be_read_is_unknown(number):
    entry = f"<foraeldremyndighed><foraeldremyndighedtype>6</foraeldremyndighedtype>{number}</foraeldremyndighed>"
    assert custody(entry) == (Custody(type=6),)


@pytest.mark.parametrize("kind", ["", "<foraeldremyndighedtype>7</foraeldremyndighedtype>",
                                  "<foraeldremyndighedtype>mor</foraeldremyndighedtype>"])  # fmt: skip
def test_a_type_that_can_t_be_read_is_none(kind):
    assert custody(f"<foraeldremyndighed>{kind}</foraeldremyndighed>") == (Custody(type=None),)


def test_an_entry_whose_date_can_t_be_read_is_kept_as_unreadable():
    entry = (
        "<foraeldremyndighed><foraeldremyndighedtype>3</foraeldremyndighedtype>"
        "<foraeldremyndighedSletdato>2026-02-30</foraeldremyndighedSletdato></foraeldremyndighed>"
    )
    assert custody(entry) == (Custody(type=3, readable=False),)


@pytest.mark.parametrize("name", ["mor", "far"])
@pytest.mark.parametrize(
    ("inner", "number"),
    [
        (f"<personnummer>{ANOTHER.digits}</personnummer>", ANOTHER),
        ("<personnummer>0000000000</personnummer>", None),
        ("<personnummer>?</personnummer>", None),
        ("<navn>Berg</navn>", None),
        ("", None),
        ("text", None),
    ],
)
def test_a_parent_is_a_number_or_not_known(name: str, inner: str, number: CprNumber | None):
    got = read(person(rest=f"<relationer><{name}>{inner}</{name}></relationer>"))
    assert {"mor": got.mother, "far": got.father}[name] == number
