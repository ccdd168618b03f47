"""How the demo registry misbehaves, for a share of the requests or for certain numbers.

    slow           answers after `seconds`
    fault          a fault of the service with `code` and `text` (HTTP 500)
    not found      the fault for a person the registry does not know, though it does
    busy           HTTP 429, with Retry-After `seconds` where given
    unavailable    HTTP 503, likewise
    break off      closes the connection without an answer
    truncate       closes it in the middle of the answer
    reset          resets it in the middle of the answer
    garbage        HTTP 200 with bytes that mean nothing
    wrong person   the answer about somebody else
    body           HTTP `status` with the bytes of `body`, whatever they are

Whether a share is struck follows from a seed, so that a test can be played again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from cpr_client.cpr_number import CprNumber

Kind = Literal[
    "slow",
    "fault",
    "not found",
    "busy",
    "unavailable",
    "break off",
    "truncate",
    "reset",
    "garbage",
    "wrong person",
    "body",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every way in which the demo registry can misbehave."""


@dataclass(frozen=True)
class Prank:
    """One kind of misbehaviour and whom it strikes."""

    kind: Kind
    share: float = 1.0
    numbers: frozenset[CprNumber] = frozenset()
    seconds: float | None = None
    code: str = "ServiceError"
    text: str = "The service failed"
    body: bytes = b""
    content_type: str = "text/xml; charset=utf-8"
    status: int = 200

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such misbehaviour: one of {', '.join(sorted(KINDS))}")
        if not 0 <= self.share <= 1:
            raise ValueError("share: a number between 0 and 1")
        if self.kind == "slow" and self.seconds is None:
            raise ValueError("seconds: how slow")


class Mischief:
    """The pranks in force. `struck` counts how often each kind did."""

    def __init__(self, seed: int = 0) -> None:
        self._source = random.Random(seed)
        self._pranks: list[tuple[Prank, int | None]] = []
        self.struck: Counter[str] = Counter()

    def add(self, prank: Prank, times: int | None = None) -> None:
        """Puts a prank in force, for good or for so many times."""
        self._pranks.append((prank, times))

    def end(self) -> None:
        """No prank is in force any more."""
        self._pranks.clear()

    def strike(self, number: CprNumber) -> tuple[float, Prank | None]:
        """What becomes of one request: seconds to wait, and the first other prank that strikes."""
        delay, struck = 0.0, None
        for position, (prank, times) in enumerate(self._pranks):
            if times == 0 or (struck is not None and prank.kind != "slow") or not self._strikes(prank, number):
                continue
            self.struck[prank.kind] += 1
            if times is not None:
                self._pranks[position] = (prank, times - 1)
            if prank.kind == "slow":
                delay += prank.seconds or 0.0
            else:
                struck = prank
        return delay, struck

    def _strikes(self, prank: Prank, number: CprNumber) -> bool:
        if prank.numbers and number not in prank.numbers:
            return False
        return prank.share >= 1 or self._source.random() < prank.share


def numbers_of(numbers: Iterable[CprNumber | str]) -> frozenset[CprNumber]:
    """CPR numbers given as such or as text. Raises `InvalidCprNumber`."""
    return frozenset(n if isinstance(n, CprNumber) else CprNumber.parse(n) for n in numbers)
