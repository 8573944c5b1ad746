"""The errors that the core raises.

Every error inherits from ``DosingError``, so that a caller can tell our refusals from bugs, and from the
builtin that a caller would expect. All of them survive pickling, because orders are also screened in worker
processes.
"""

from __future__ import annotations


class DosingError(Exception):
    """The root of every error that the core raises on purpose."""


class ReadingError(DosingError, ValueError):
    """A text that is not read: a stable code, what is wrong in plain words, how to write it instead."""

    def __init__(self, code: str, detail: str, hint: str | None = None) -> None:
        super().__init__(code, detail, hint)  # all three: an exception is pickled by its arguments
        self.code = code
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return self.detail if self.hint is None else f"{self.detail} {self.hint}"


class DimensionError(DosingError, TypeError):
    """Two quantities that cannot be compared, added or converted: they measure different things."""
