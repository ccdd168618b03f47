"""Reads an extract line by line, whatever its length: what can be loaded, and what is wrong with the rest.

with open_extract(PATRONS, path, "utf-8") as file:
    for chunk in file.chunks():
        load.stage(chunk.rows, chunk.rejects)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.errors import UserError
from flows.parameters import Encoding
from mappers.extracts.columns import BadRow, Extract, Layout, read_header
from mappers.extracts.faults import ExtractError, ExtractErrorKind, Fault, Reject

CHUNK = 5_000  # lines


_CODECS = {Encoding.utf_8: "utf-8-sig", Encoding.latin_1: "latin-1"}


@dataclass(slots=True)
class Chunk:
    """Some lines of the file: rows (line number, then a value per column) and what is wrong with the others."""

    rows: list[list[Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


class ExtractFile:
    """An open extract. `size` is the file's, in bytes; `position` how far it has been read."""

    def __init__(self, extract: Extract, binary: io.BufferedReader, path: Path, encoding: Encoding) -> None:
        self._binary = binary
        self._path = path
        self._codec = _CODECS[encoding]
        self._text = io.TextIOWrapper(binary, encoding=self._codec, errors="strict", newline="")
        self.size = path.stat().st_size
        with self._decoding():
            header = self._text.readline()
        self.layout: Layout = read_header(extract, header)

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._binary.tell()

    def chunks(self) -> Iterator[Chunk]:
        """The lines after the header. Empty ones are passed over.

        Raises `ExtractError` where the file is not in the encoding it is said to be in.
        """
        reader = csv.reader(self._text, delimiter=self.layout.delimiter, strict=True)
        chunk = Chunk()
        begins = 2  # the line on which the next row begins: the header is line 1
        more = True
        while more:
            more = False
            try:
                with self._decoding():
                    for cells in reader:
                        if any(cells):
                            self._add(chunk, begins, cells)
                            if len(chunk.rows) + len(chunk.rejects) >= CHUNK:
                                yield chunk
                                chunk = Chunk()
                        begins = reader.line_num + 2
            except csv.Error:  # quotes that do not close, mostly; the reader goes on with the line after them
                chunk.rejects.append(Reject(begins, None, None, Fault.BROKEN_QUOTES))
                begins = reader.line_num + 2
                more = True
        if chunk.rows or chunk.rejects:
            yield chunk

    def _add(self, chunk: Chunk, line: int, cells: list[str]) -> None:
        try:
            values: list[Any] = self.layout.read(cells)
        except BadRow as bad:
            chunk.rejects += [Reject(line, bad.key, one.column, one.fault, one.other) for one in bad.faults]
            return
        values.insert(0, line)
        chunk.rows.append(values)

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        """Python's error would quote what it could not decode, and does not know the line."""
        try:
            yield
        except UnicodeDecodeError:
            place = self._first_undecodable_line()
        else:
            return
        raise ExtractError(ExtractErrorKind.WRONG_ENCODING, place=place) from None

    def _first_undecodable_line(self) -> int | None:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    line.decode(self._codec)
                except UnicodeDecodeError:
                    return number
        return None


@contextmanager
def open_extract(extract: Extract, path: Path, encoding: Encoding) -> Iterator[ExtractFile]:
    """Opens a file and reads its header. Raises `UserError` where it can't be read, `ExtractError` for a bad header."""
    try:
        binary = path.open("rb")
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.", "Give the path of the extract.") from None
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.", "Give the path of a readable CSV file.") from None
    with binary:
        yield ExtractFile(extract, binary, path, encoding)
