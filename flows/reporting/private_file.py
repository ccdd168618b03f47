"""Files that nobody but their owner reads."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from flows.errors import UserError


def write_private(path: Path, text: str) -> None:
    """Writes `path` with mode 0600, whole or not at all; replaces what stood there, and makes its folder.

    Raises `UserError` naming the file.
    """
    try:
        if path.exists() and not path.is_file():  # a device's name is not taken over, nor a folder's
            raise UserError(f"{path} can't be written: it is no file.", "Name another file.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(f"{path} can't be written: {error.strerror}.", "Name another file.") from None
