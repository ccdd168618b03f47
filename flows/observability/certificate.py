"""What an operator should hear of our certificate before a registry turns it away: words in `flows.wording`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cpr_client.certificate import read_validity, readable_by_others
from cpr_client.connection import SETTING, RegistryConfig
from flows.wording import words

CODES = ("expires", "expired", "not yet valid", "key readable")
"""All that is warned of."""

SECTIONS = ("certificate", "certificate_remedy")
"""Where the wording has the words of each code."""

SOON_DAYS = 30
"""An expiry is warned of from so many days ahead on: a new certificate takes a week or two to get."""


@dataclass(frozen=True, slots=True)
class CertificateWarning:
    """One thing that is or soon will be wrong. `mends`: True where the registry turns us away until it is mended."""

    code: str
    mends: bool = False
    values: dict[str, object] = field(default_factory=dict)

    @property
    def days_left(self) -> int:
        """Of a certificate that expires: for how many days it is valid; below 0: it has expired."""
        days = self.values["days"]
        assert isinstance(days, int)
        return -days if self.mends else days

    def in_words(self, language: str) -> tuple[str, str]:
        """What is wrong, and what to do, in `da` or `en`."""
        said = words(language)
        return tuple(said.say(section, self.code, **self.values) for section in SECTIONS)  # type: ignore[return-value]


def days_left(config: RegistryConfig, today: date) -> int | None:
    """Days on which our certificate is still valid; None where none is set. Raises `CertificateProblem`."""
    return None if config.certificate is None else read_validity(config.certificate).days_left(today)


def certificate_warnings(config: RegistryConfig, today: date) -> list[CertificateWarning]:
    """What is to be said of certificate and key on `today`; nothing where none is set.

    Raises `CertificateProblem` where the certificate can't be read, `OSError` where the key's file is not there.
    """
    if config.certificate is None:
        return []
    validity = read_validity(config.certificate)
    days, found = validity.days_left(today), []
    last_day = {"last_day": validity.not_after.date(), "days": abs(days)}
    if days < 0:
        found.append(CertificateWarning("expired", True, last_day))
    elif days <= SOON_DAYS:
        found.append(CertificateWarning("expires", False, last_day))
    if today < validity.not_before.date():
        found.append(CertificateWarning("not yet valid", True, {"first_day": validity.not_before.date()}))
    setting, file = ("KEY", config.key) if config.key else ("CERTIFICATE", config.certificate)
    if readable_by_others(file):
        found.append(CertificateWarning("key readable", False, {"setting": f"{SETTING}{setting}", "file": file}))
    return found
