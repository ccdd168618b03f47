"""Before the first look-up: a certificate that is about to expire, and a key that others may read, are warned of."""

from __future__ import annotations

from collections.abc import Callable

from cpr_client import CertificateProblem
from flows.observability import notices
from flows.observability.certificate import certificate_warnings
from flows.steps.worker import Worker


def warn_of_certificate(worker: Worker, say: Callable[[str], None], *, tell: bool = False) -> None:
    """Says each warning, and keeps it for the run's report. Held against the database's own day, not a replayed one.

    `tell`: whoever is to be notified hears of one that expires. One that can't be read is the client's to tell, when
    it is opened.
    """
    try:
        found = certificate_warnings(worker.settings.registry_config(), worker.day(None, dry_run=False))
    except (CertificateProblem, OSError):
        return
    for warning in found:
        line = " ".join(warning.in_words(worker.settings.language))
        worker.warnings.append(line)
        say(line)
        if tell and "days" in warning.values:
            notices.tell(notices.CERTIFICATE, {"days": warning.days_left})
