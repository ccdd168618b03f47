"""Errors that a person reads: a message, what to do, and the exit code. No traceback is shown for them."""

from __future__ import annotations


class UserError(Exception):
    """Something a person can mend. `message` names the file, line, field or setting; `remedy` says what to do."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}\n{remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy


class UsageError(UserError):
    """Wrong usage or settings (exit code 2)."""

    exit_code = 2
