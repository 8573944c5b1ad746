"""A label with what stands beside it, and days by their numbers: what the English parts are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A label, what stands beside it, and why or where from."""

    label: str
    text: str
    why: str = ""


def days_of(first: int, last: int | None) -> str:
    """Days by number; what has no last day goes on."""
    if last is None:
        return f"from day {first} on"
    return f"day {first}" if first == last else f"days {first} to {last}"
