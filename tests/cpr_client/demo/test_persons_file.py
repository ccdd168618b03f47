"""Persons from a file: read as written, and every mistake named by file, line and field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.persons_file import PersonsFileError, read_person, read_persons, to_keys, write_persons
from cpr_client.demo.registry import Registry

SECRET = "1705919007"


def test_every_person_comes_back_as_written(crowd: Registry, tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"

    assert write_persons(file, crowd) == len(crowd)
    assert read_persons(file) == list(crowd)


def test_the_file_is_for_its_owner_alone(cases: Registry, tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    write_persons(file, cases)

    assert file.stat().st_mode & 0o777 == 0o600


def test_a_person_is_short_to_write() -> None:
    person = read_person({"cpr_number": "170591-9007", "mother": "1705509003", "custody": [{"type": 3}]})

    assert person.status == 1
    assert person.cpr_number.digits == SECRET
    assert person.mother is not None and person.mother.cpr_number is not None
    assert to_keys(person) == {
        "cpr_number": SECRET,
        "status": 1,
        "mother": {"cpr_number": "1705509003"},
        "custody": [{"type": 3}],
    }


def test_what_says_nothing_and_what_is_not_there_are_kept_apart(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_text(json.dumps({"cpr_number": SECRET, "status": None, "protection": {}, "successor": ""}))
    (person,) = read_persons(file)

    assert person.status is None
    assert person.protection is not None
    assert person.successor is not None and person.successor.digits == ""
    assert DemoPerson.model_validate(to_keys(person)) == person


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps({"cpr_number": SECRET}).encode() + b"\r\n\r\n")

    assert len(read_persons(file)) == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "cpr_number is missing: write it"),
        ({"cpr_number": "17059190"}, "cpr_number: write ten digits"),
        ({"cpr_number": 1705919007}, "cpr_number: write the number as a text in quotes"),
        ({"cpr_number": ""}, "cpr_number: write ten digits"),
        (
            {"cpr_number": "6105919007", "status": 2},
            "status is none of the values that may stand there: 1, 3, 5, 7, 20",
        ),
        ({"sttus": 1}, "sttus is no known key: did you mean status?"),
        ({SECRET: 1}, "a key is no known key"),
        ({"birth_date": "1991-02-30"}, "birth_date is no date: write YYYY-MM-DD"),
        ({"birth_date": "17-05-1991"}, "birth_date is no date: write YYYY-MM-DD"),
        ({"birth_date": "1991-05-17T10:00:00"}, "birth_date is no date: write YYYY-MM-DD"),
        ({"birth_date_uncertain": "perhaps"}, "birth_date_uncertain is neither true nor false"),
        ({"name": {"addressing": 7}}, "name.addressing is no text: put it in quotes"),
        ({"name": "Anna"}, "name is no object: write {...}"),
        ({"residence": {"municipality_code": "Aalborg"}}, "residence.municipality_code is no number: write digits"),
        ({"residence": {"supplementary_lines": list("123456")}}, "residence.supplementary_lines has too many entries"),
        ({"residence": {"address_uuid": "X"}}, "residence.address_uuid does not have the form"),
        ({"contact": {"lines": "Opdigtet Allé 7"}}, "contact.lines is no list: write [...]"),
        (
            {"custody": [{"type": 3}, {"type": 9}]},
            "custody[2].type is none of the values that may stand there: 3, 4, 5 or 6",
        ),
        ({"custody": [{}]}, "custody[1].type is missing: write it"),
        ({"successor": "nobody"}, "successor: write ten digits"),
        ({"raw": {"persondata//status": "1"}}, "raw: write paths of element names"),
        ({"raw": {"status": 42}}, "raw.status is no text"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field_and_says_what_to_do(
    facts: dict[str, object], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "persons.jsonl"
    line = {"cpr_number": "0202909004", **facts} if facts and "cpr_number" not in facts else facts
    file.write_text(json.dumps({"cpr_number": "0303909004"}) + "\n" + json.dumps(line) + "\n")
    with pytest.raises(PersonsFileError) as caught:
        read_persons(file)

    assert f"{file}, line 2: " in caught.value.message
    assert said in caught.value.message
    assert caught.value.remedy
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"cpr_number": ', "line 1: no JSON: Expecting value, column 16"),
        (b"[]", "line 1: no JSON object"),
        (b'"' + SECRET.encode() + b'"', "line 1: no JSON object"),
        (b"\xe6\xf8\xe5", "not UTF-8"),
        (b"[" * 100_000, "line 1: nested too deeply"),
    ],
)
def test_a_line_that_is_no_object_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_bytes(content)
    with pytest.raises(PersonsFileError) as caught:
        read_persons(file)

    assert said in caught.value.message
    assert SECRET not in str(caught.value)


def test_a_number_given_twice_names_both_lines(tmp_path: Path) -> None:
    file = tmp_path / "persons.jsonl"
    file.write_text(f'{{"cpr_number": "{SECRET}"}}\n\n{{"cpr_number": "170591-9007"}}\n')
    with pytest.raises(PersonsFileError, match="line 3: cpr_number: the same number as in line 1"):
        read_persons(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PersonsFileError, match="No such file"):
        read_persons(tmp_path / "nowhere.jsonl")


def test_many_mistakes_are_shown_as_ten_and_a_count() -> None:
    with pytest.raises(PersonsFileError, match="and 5 more"):
        read_person({f"key_{n}": 1 for n in range(14)})
