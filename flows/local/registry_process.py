"""The process behind `flows.local.demo_registry`: `python -m flows.local.registry_process PORT DAY FILE`."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

from cpr_client.demo.extract import people_for
from cpr_client.demo.serve import Announcement, ServeOptions, serve_forever
from flows.local.demo_registry import PATRONS


def main(arguments: list[str]) -> None:
    """Serves until SIGTERM; once it listens, its addresses stand in the announcement file."""
    port, day, file = int(arguments[0]), date.fromisoformat(arguments[1]), Path(arguments[2])
    file.unlink(missing_ok=True)

    def announce(announced: Announcement) -> None:
        content = {
            "port": port,
            "urls": announced.urls,
            "control_url": announced.control_url,
            "token": announced.token,
        }
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(content))
        unfinished.replace(file)

    serve_forever(ServeOptions(today=day, people=people_for(PATRONS), port=port), announce)


if __name__ == "__main__":
    main(sys.argv[1:])
