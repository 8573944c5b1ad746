"""Typed reading of YAML nodes, with the file, the line and the cure in every complaint.

Scalars are never guessed at: the tree is composed, not constructed, so a plain `no` or `010` stays the text it is and
each field decides how its text is read. Repeated keys stay visible and are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import yaml

from dosing.errors import DimensionError, DosingError, ReadingError
from dosing.formulary.kinds import Interval
from dosing.numbers import read_number
from dosing.units import Quantity, read_quantity, read_unit

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=Enum)

NOTHING = frozenset({"~", "null", "Null", "NULL"})  # what YAML reads as no value, where it stands without quotes
A_FEW = 40  # so many names are listed where another stands

_ONE_SIDED = re.compile(r"(>=|<=|>|<) (\S+) (.+)")
_TWO_SIDED = re.compile(r"([\[(])(\S+), (\S+)([\])]) (.+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in one file: what is wrong at which line, and what would cure it."""

    file: str
    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.cure}"


class FormularyError(DosingError):
    """A formulary that cannot be trusted. Every fault that was found is in `faults`."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))

    def __reduce__(self) -> tuple[type[FormularyError], tuple[list[Fault]]]:
        return type(self), (self.faults,)


class Broken(Exception):
    """Raised while one entry is read; the reader of the surrounding list records it and goes on."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of a YAML tree that knows where it stands."""

    node: yaml.Node
    file: str

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_text(self) -> bool:
        if not isinstance(self.node, yaml.ScalarNode):
            return False
        text = str(self.node.value)
        return bool(text.strip()) and (bool(self.node.style) or text not in NOTHING)

    def broken(self, what: str, cure: str) -> Broken:
        return Broken(Fault(self.file, self.line, what, cure))

    def fields(self, allowed: frozenset[str], required: tuple[str, ...] = ()) -> dict[str, Entry]:
        """The entries of a mapping by key; unknown, repeated and missing keys are refused."""
        found: dict[str, Entry] = {}
        for key, entry in self.pairs():
            name = key.text()
            if name not in allowed:
                raise key.broken(f"unknown key `{name}`.", f"Use one of: {', '.join(sorted(allowed))}.")
            found[name] = entry
        for wanted in required:
            if wanted not in found:
                raise self.broken(f"no `{wanted}`.", f"Add `{wanted}:` to this entry.")
        return found

    def items(self) -> Iterator[tuple[str, Entry]]:
        for key, value in self.pairs():
            yield key.text(), value

    def pairs(self) -> Iterator[tuple[Entry, Entry]]:
        """Keys and values of a mapping, each with its own line; a repeated key is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.broken("not a mapping.", "Write `key: value` pairs.")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Entry(key_node, self.file)
            name = key.text()
            if name in seen:
                raise key.broken(f"key `{name}` stands twice.", "Keep one of the two.")
            seen.add(name)
            yield key, Entry(value_node, self.file)

    def entries(self) -> list[Entry]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.broken("not a list.", "Write a list, `[…]` or lines that begin with `-`.")
        return [Entry(node, self.file) for node in self.node.value]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.broken("not a text.", "Write one value.")
        if not self.is_text:
            raise self.broken("an empty value.", "Write a value or leave the key out.")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        if isinstance(self.node, yaml.ScalarNode):
            return (self.text(),)
        return tuple(entry.text() for entry in self.entries())

    def quantity(self) -> Quantity:
        text = self.text()
        try:
            quantity = read_quantity(text)
        except ReadingError as error:
            cure = error.hint or "Write a number, a space and a unit, such as `300 mg`."
            if error.code == "range-in-string":
                cure = "Write one number: a limit has one end."
            raise self.broken(f"`{text}` is not a quantity: {error.detail}", cure) from error
        if not quantity.value:
            raise self.broken(f"`{text}` is nothing.", "Write how much; what is not to be taken has an action.")
        return quantity

    def fraction(self) -> Fraction:
        text = self.text()
        above, _, below = text.partition("/")
        try:
            return read_number(above) / (read_number(below) if below else 1)
        except (ReadingError, ZeroDivisionError) as error:
            raise self.broken(
                f"`{text}` is not a number.", "Write `1.5` or an exact fraction such as `20/3`."
            ) from error

    def integer(self) -> int:
        value = self.fraction()
        if value.denominator != 1 or value < 1:
            raise self.broken(f"`{value}` is not a whole number from 1 up.", "Write a whole number.")
        return value.numerator

    def flag(self) -> bool:
        text = self.text()
        if text not in ("true", "false"):
            raise self.broken(f"`{text}` is neither true nor false.", "Write `true` or `false`.")
        return text == "true"

    def choice(self, kind: type[Choice]) -> Choice:
        text = self.text()
        try:
            return kind(text)
        except ValueError as error:
            known = ", ".join(str(item.value) for item in kind)
            raise self.broken(f"`{text}` is not a known {kind.__name__.lower()}.", f"Use one of: {known}.") from error

    def one_of(self, known: Mapping[str, object] | frozenset[str], what: str) -> str:
        text = self.text()
        if text not in known:
            raise self.broken(f"`{text}` is not a known {what}.", _instead(text, known))
        return text

    def some_of(self, known: Mapping[str, object] | frozenset[str], what: str) -> frozenset[str]:
        parts = [self] if isinstance(self.node, yaml.ScalarNode) else self.entries()
        if not parts:
            raise self.broken(f"an empty list of {what}s.", "Name one, or leave the key out.")
        return frozenset(part.one_of(known, what) for part in parts)

    def matching(self, pattern: re.Pattern[str], what: str, cure: str) -> str:
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.broken(f"`{text}` is not {what}.", cure)
        return text

    def day(self) -> str:
        """A calendar date, kept as it is written."""
        text = self.text()
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise self.broken(f"`{text}` is not a date.", "Write it as 2027-11-21.") from error
        return text

    def interval(self, *units: str) -> Interval:
        """`>= 60 mL/min`, `< 12 years` or `(15, 30] mL/min`, in one of `units`; the two ends share one unit."""
        interval = self._interval()
        if interval.is_empty:
            raise self.broken(f"nothing lies in `{interval.text}`.", "Correct the ends of the range.")
        if units and interval.unit not in units:
            raise self.broken(f"a range in {interval.unit}.", f"Write it in {' or '.join(units)}.")
        return interval

    def plain_interval(self) -> Interval:
        """`> 2`: a one-sided range of a bare ratio, such as multiples of an upper limit of normal."""
        text = self.text()
        sign, _, number = text.partition(" ")
        try:
            value = read_number(number)
        except ReadingError as error:
            raise self.broken(f"`{text}` is not a range: {error.detail}", "Write `> 2`.") from error
        if sign in (">", ">="):
            return Interval(text, "", low=value, low_closed=sign == ">=")
        if sign in ("<", "<="):
            return Interval(text, "", high=value, high_closed=sign == "<=")
        raise self.broken(f"`{text}` is not a range.", "Write `> 2`.")

    def _interval(self) -> Interval:
        text = self.text()
        try:
            if match := _ONE_SIDED.fullmatch(text):
                sign, number, unit = match.groups()
                value, code = read_number(number), read_unit(unit).code
                closed = sign.endswith("=")
                if sign.startswith(">"):
                    return Interval(text, code, low=value, low_closed=closed)
                return Interval(text, code, high=value, high_closed=closed)
            if match := _TWO_SIDED.fullmatch(text):
                left, low, high, right, unit = match.groups()
                interval = Interval(
                    text, read_unit(unit).code, read_number(low), left == "[", read_number(high), right == "]"
                )
                if interval.low is not None and interval.high is not None and interval.low > interval.high:
                    raise self.broken(f"`{text}` ends before it begins.", "Write the lower end first.")
                return interval
        except ReadingError as error:
            raise self.broken(f"`{text}` is not a range: {error.detail}", error.hint or "Correct the value.") from error
        raise self.broken(f"`{text}` is not a range.", "Write `>= 60 mL/min` or `[30, 60) mL/min`.")


def _instead(text: str, known: Iterable[str]) -> str:
    """What to write for a name that is not known: one of a few, or the one that looks like it."""
    names = sorted(known)
    if len(names) <= A_FEW:
        return f"Use one of: {', '.join(names)}."
    alike = get_close_matches(text, names, n=1)
    return f"Correct the name{f' (`{alike[0]}`?)' if alike else ''} or add it to its list."


def read_list(entry: Entry, read: Callable[[Entry], Value], faults: list[Fault]) -> list[Value]:
    """Read every item of a list; a broken one is recorded and left out, so that all faults show at once."""
    values: list[Value] = []
    try:
        items = entry.entries()
    except Broken as broken:
        faults.append(broken.fault)
        return values
    for item in items:
        try:
            values.append(read(item))
        except Broken as broken:
            faults.append(broken.fault)
    return values


def compared(value: Quantity, other: Quantity, entry: Entry) -> bool:
    """Whether a value is above another; a fault of the entry where the two measure different things."""
    try:
        return value > other
    except DimensionError as error:
        raise entry.broken(f"{value} cannot be compared with {other}.", "Write both in one unit.") from error


def compose(path: Path, name: str) -> Entry:
    """The root of one YAML file. Raises `Broken` for text that is not YAML or holds nothing."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise Broken(Fault(name, 1, "the file cannot be read.", "Put it there, readable.")) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Broken(Fault(name, line, "not a text in UTF-8.", "Save the file as UTF-8.")) from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        what = str(getattr(error, "problem", None) or "not readable as YAML")
        raise Broken(Fault(name, line, f"{what}.", "Correct the YAML around this line.")) from error
    if node is None:
        raise Broken(Fault(name, 1, "the file is empty.", "Fill it or remove it."))
    if isinstance(node, yaml.CollectionNode) and not node.value:
        raise Entry(node, name).broken("the file holds nothing.", "Fill it or remove it.")
    return Entry(node, name)
