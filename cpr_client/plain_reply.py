"""Reads the head of an ordinary answer at once.

The standard library hands it to its parser of e-mails, which takes as long as sending the question.
Whatever is not quite ordinary is left to the standard library all the same.
"""

from __future__ import annotations

import http.client
import re

_HEAD = re.compile(
    rb"HTTP/1\.1 (200|[45][0-9]{2}) ([ -~]*)\r\n((?:[A-Za-z][A-Za-z-]*: ?[!-~](?:[ -~]*[!-~])?\r\n)+)\r\n"
)
_HEADER = re.compile(r"([^:]+): ?(.*)\r\n")
_LENGTH = re.compile(r"[0-9]{1,18}")
_SAYS_MORE = ("connection", "transfer-encoding")
"""Headers that say how the answer ends, or the connection."""


class PlainReply(http.client.HTTPResponse):
    """An answer whose head came in one piece, in plain ASCII, with its length and the connection kept."""

    def begin(self) -> None:
        """Reads the head."""
        if getattr(self, "headers", None) is None and self._read_plainly():
            return
        super().begin()

    def _read_plainly(self) -> bool:
        match = _HEAD.match(self.fp.peek())
        if match is None:
            return False
        pairs = _HEADER.findall(match[3].decode("ascii"))
        told = {name.lower(): value for name, value in pairs}
        length = told.get("content-length", "")
        if len(told) != len(pairs) or not _LENGTH.fullmatch(length) or any(name in told for name in _SAYS_MORE):
            return False
        headers = http.client.HTTPMessage()
        for name, value in pairs:
            headers[name] = value
        self.fp.read(match.end())
        self.version, self.code, self.status = 11, int(match[1]), int(match[1])
        self.reason = match[2].decode("ascii").strip()
        self.headers = self.msg = headers
        self.chunked, self.chunk_left, self.will_close = False, None, False
        self.length = int(length)
        return True
