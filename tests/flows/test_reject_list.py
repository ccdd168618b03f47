"""The list of rejected lines beside the file."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from flows.errors import UserError
from flows.steps.reject_list import RejectList, list_of
from flows.wording import LANGUAGES, words
from mappers.extracts.faults import Fault, Reject

MISSING = Reject(7, "100", "patron_number", Fault.MISSING)


def listed(path: Path, *rejects: Reject, language: str = "en") -> list[dict[str, str]]:
    reject_list = RejectList(path, words(language))
    reject_list.write(rejects)
    reject_list.publish(dry_run=False)
    with reject_list.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_stands_beside_the_file_and_is_its_owners_alone_to_read(tmp_path: Path) -> None:
    old = tmp_path / "third.rejected.csv"
    old.touch(mode=0o644)
    listed(tmp_path / "third.csv", MISSING)
    assert list_of(tmp_path / "third.csv") == old
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["third.rejected.csv"]


def test_a_reject_is_told_in_words_with_what_to_do(tmp_path: Path) -> None:
    assert listed(tmp_path / "third.csv", Reject(3, "101", "cpr_number", Fault.CPR_NUMBER_HELD, "100")) == [
        {
            "line": "3",
            "key": "101",
            "column": "cpr_number",
            "reason": "patron 100 holds this CPR number",
            "what_to_do": (
                "Find out whose it is. Are both one person, merge them in the library system; else correct the number."
            ),
        }
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_its_words_in_both_languages(tmp_path: Path, fault: Fault, language: str) -> None:
    (row,) = listed(tmp_path / "third.csv", Reject(3, "101", "name", fault, "blocked_on"), language=language)
    assert row["reason"] != fault.value
    assert row["what_to_do"] != fault.value
    assert "{" not in row["reason"] + row["what_to_do"]


def test_a_number_that_may_be_a_cpr_number_is_not_listed(tmp_path: Path) -> None:
    number = "0101901234"
    rejects = (
        Reject(3, number, "cpr_number", Fault.CPR_NUMBER_HELD, number),
        Reject(4, number, "card_number", Fault.CARD_HELD, number),
        Reject(5, number, "patron_number", Fault.SECOND_LINE, "2"),
    )
    rows = listed(tmp_path / "third.csv", *rejects)
    assert [row["key"] for row in rows] == ["", "", ""]
    assert number not in list_of(tmp_path / "third.csv").read_text()
    assert rows[2]["reason"].endswith("line 2")


def test_without_rejects_an_old_list_goes_but_a_dry_run_leaves_it(tmp_path: Path) -> None:
    old = tmp_path / "third.rejected.csv"
    old.touch()
    reject_list = RejectList(tmp_path / "third.csv", words("en"))
    reject_list.write([])
    reject_list.publish(dry_run=True)
    assert old.exists()
    reject_list.publish(dry_run=False)
    assert not old.exists()


def test_a_load_that_broke_off_leaves_the_old_list_and_nothing_else(tmp_path: Path) -> None:
    old = tmp_path / "third.rejected.csv"
    old.write_text("old")
    reject_list = RejectList(tmp_path / "third.csv", words("en"))
    reject_list.write([MISSING])
    reject_list.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["third.rejected.csv"]
    assert old.read_text() == "old"


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    reject_list = RejectList(tmp_path / "gone" / "third.csv", words("en"))
    with pytest.raises(UserError, match="Nothing was loaded"):
        reject_list.write([MISSING])
