"""An extract is read line by line, whatever its length, encoding and mistakes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from flows.errors import UserError
from flows.parameters import Encoding
from flows.steps.extract_file import CHUNK, Chunk, open_extract
from mappers.extracts.faults import ExtractError, ExtractErrorKind, Fault, Reject
from mappers.extracts.patrons import PATRONS

UTF_8, LATIN_1 = Encoding.utf_8, Encoding.latin_1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "patrons.csv"


def chunks(path: Path, encoding: Encoding = UTF_8) -> list[Chunk]:
    with open_extract(PATRONS, path, encoding) as extract:
        return list(extract.chunks())


def rows(path: Path, encoding: Encoding = UTF_8) -> list[list[Any]]:
    return [row for chunk in chunks(path, encoding) for row in chunk.rows]


def rejects(path: Path) -> list[Reject]:
    return [reject for chunk in chunks(path) for reject in chunk.rejects]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_a_byte_order_mark(file: Path, codec: str) -> None:
    file.write_text("patron_number,name\n100,Åse Ærø\n", encoding=codec)
    assert rows(file) == [[2, "100", "Åse Ærø"]]


def test_latin_1_is_read_on_request(file: Path) -> None:
    file.write_text("patron_number;name\r\n100;Åse Ærø\r\n", encoding="latin-1", newline="")
    assert rows(file, LATIN_1) == [[2, "100", "Åse Ærø"]]


@pytest.mark.parametrize("lines_before", [0, 1, 10_000])
def test_a_file_in_another_encoding_is_refused_with_the_line_and_nothing_of_it(file: Path, lines_before: int) -> None:
    head = "patron_number,name\n" + "".join(f"{number},Anna\n" for number in range(lines_before))
    file.write_bytes(head.encode() + "x,Åse\n".encode("latin-1"))
    with pytest.raises(ExtractError) as refused:
        chunks(file)
    assert (refused.value.kind, refused.value.place) == (ExtractErrorKind.WRONG_ENCODING, lines_before + 2)
    assert refused.value.__cause__ is None
    assert "Åse" not in repr(refused.value)


def test_quotes_are_those_of_rfc_4180_and_a_row_is_named_by_the_line_on_which_it_begins(file: Path) -> None:
    text = 'patron_number,internal_note\n100,"says ""no"",\r\nring"\n101,\n\n,x\n'
    file.write_text(text, encoding="utf-8", newline="")
    assert rows(file) == [[2, "100", 'says "no",\nring'], [4, "101", None]]
    assert rejects(file) == [Reject(6, None, "patron_number", Fault.MISSING)]


def test_lines_without_anything_in_them_are_passed_over(file: Path) -> None:
    file.write_text("patron_number,name\n\n100,\n,\n\n")
    assert rows(file) == [[3, "100", None]]
    assert rejects(file) == []


def test_a_line_whose_quotes_do_not_match_is_rejected_and_the_next_is_read(file: Path) -> None:
    file.write_text('patron_number,name\n100,"An"na\n101,Bo\n102,"Ca\n')
    assert rows(file) == [[3, "101", "Bo"]]
    assert rejects(file) == [
        Reject(2, None, None, Fault.BROKEN_QUOTES),
        Reject(4, None, None, Fault.BROKEN_QUOTES),
    ]


def test_a_cell_longer_than_any_note_is_taken_for_quotes_that_do_not_match(file: Path) -> None:
    file.write_text(f'patron_number,name\n100,"{"x" * (csv.field_size_limit() + 1)}"\n101,Bo\n')
    assert rows(file) == [[3, "101", "Bo"]]
    assert [reject.fault for reject in rejects(file)] == [Fault.BROKEN_QUOTES]


def test_all_faults_of_a_row_are_listed_with_its_own_number(file: Path) -> None:
    file.write_text("patron_number,birth_date,language\n100,soon,de\n")
    assert rejects(file) == [
        Reject(2, "100", "birth_date", Fault.NOT_A_DATE),
        Reject(2, "100", "language", Fault.NOT_A_LANGUAGE),
    ]


def test_a_long_file_comes_in_chunks_and_its_position_grows_to_its_size(file: Path) -> None:
    count = 2 * CHUNK + 1
    file.write_text("patron_number\n" + "".join(f"{number}\n" for number in range(count)))
    with open_extract(PATRONS, file, UTF_8) as extract:
        sizes, positions = [], []
        for chunk in extract.chunks():
            sizes.append(len(chunk.rows))
            positions.append(extract.position)
        assert sizes == [CHUNK, CHUNK, 1]
        assert positions == sorted(positions)
        assert positions[-1] == extract.size == file.stat().st_size


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(UserError, match=r"There is no file .*patrons\.csv"):
        chunks(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read: Is a directory"):
        chunks(tmp_path)
