"""Prefect's own command line, begun in fewer seconds: `python -m flows.local.prefect_process ARGUMENTS`.

Loading Prefect makes some hundred thousand objects, nearly all of them for good. Python's garbage collector looks
through them every seven hundred, which is a fifth of the second or four that a worker or the server takes to start.
"""

from __future__ import annotations

import gc
import sys

NEW_OBJECTS = 100_000
"""From one look of the garbage collector to the next."""


def main() -> None:
    """Runs `prefect` with this process's arguments."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    from prefect.cli import app

    sys.argv[0] = "prefect"
    app()


if __name__ == "__main__":
    main()
