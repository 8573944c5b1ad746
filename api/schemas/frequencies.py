"""How often: the five shapes of a frequency, each an object with its own members and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from api.errors import Fault
from api.schemas.base import attempt, refusal, unknown_fields
from api.schemas.doses import range_of
from api.schemas.plain import code_of, list_of, whole_number_of
from api.schemas.quantities import INTERVAL, quantity_document
from dosing.posology import AfterDialysis, Every, Frequency, OnWeekdays, Times
from dosing.units import Quantity
from dosing.vocabulary import WEEKDAYS

MOST_TIMES = 100
_PERIODS = ("day", "week", "month")
_DAILY = frozenset(WEEKDAYS)


class FrequencyField(fields.Field[Frequency]):
    """How often: a count in a period, an interval, named weekdays, or after each dialysis."""

    def __init__(self) -> None:
        interval = {"oneOf": quantity_document(INTERVAL)["oneOf"]}
        times = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
        weekdays = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1, "uniqueItems": True}
        between = _object({"low": interval, "high": interval}, {"low": "4 hours", "high": "6 hours"})
        every = {"oneOf": [*interval["oneOf"], between]}
        shapes = [
            _object({"times": times, "per": {"enum": list(_PERIODS)}}, {"times": 3, "per": "day"}),
            _object({"every": every}, {"every": "6 hours"}),
            _object({"on": weekdays}, {"on": ["monday"]}),
            _object(
                {"every": interval, "count": times, "on": weekdays},
                {"every": "12 hours", "count": 3, "on": ["monday"]},
            ),
            _object({"after": {"const": "hemodialysis"}}, {"after": "hemodialysis"}),
        ]
        description = "How often. Latin abbreviations are not read."
        super().__init__(metadata={"description": description, "oneOf": shapes})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Frequency:
        if type(value) is not dict:
            raise refusal("unknown-frequency", "A frequency is an object.", _FREQUENCY_HINT)
        read = _SHAPES.get(frozenset(value))
        if read is not None:
            faults: list[Fault] = []
            frequency = read(value, faults)
            if frequency is None or faults:
                raise ValidationError(faults)
            return frequency
        unknown = unknown_fields(value, _FREQUENCY_FIELDS, "This field is not part of a frequency.")
        if unknown:
            raise ValidationError(unknown)
        raise refusal("unknown-frequency", "These fields together are no frequency.", _FREQUENCY_HINT)


_FREQUENCY_FIELDS = ("times", "per", "every", "on", "count", "after")
_FREQUENCY_HINT = 'Write {"times": 3, "per": "day"}, {"every": "6 hours"} or {"on": ["monday"]}.'


def _times(value: Mapping[str, object], faults: list[Fault]) -> Frequency | None:
    count = attempt(_count, value["times"], "/times", faults)
    per = attempt(_period, value["per"], "/per", faults)
    return None if count is None or per is None else Times(count, per)


def _every(value: Mapping[str, object], faults: list[Fault]) -> Frequency | None:
    ends = attempt(_interval, value["every"], "/every", faults)
    return None if ends is None else Every(*ends)


def _on(value: Mapping[str, object], faults: list[Fault]) -> Frequency | None:
    weekdays = attempt(_weekdays, value["on"], "/on", faults)
    return None if weekdays is None else OnWeekdays(weekdays)


def _burst(value: Mapping[str, object], faults: list[Fault]) -> Frequency | None:
    weekdays = attempt(_weekdays, value["on"], "/on", faults)
    every = attempt(INTERVAL.read, value["every"], "/every", faults)
    count = attempt(_count, value["count"], "/count", faults)
    if every is not None and every.unit.code == "mo":
        faults.append(Fault("/every", "wrong-unit", "Doses that begin on a weekday are hours or days apart."))
    return None if weekdays is None or count is None else OnWeekdays(weekdays, every, count)


def _after(value: Mapping[str, object], faults: list[Fault]) -> Frequency | None:
    attempt(_dialysis, value["after"], "/after", faults)
    return None if faults else AfterDialysis()


_SHAPES: Mapping[frozenset[str], Callable[[Mapping[str, object], list[Fault]], Frequency | None]] = {
    frozenset({"times", "per"}): _times,
    frozenset({"every"}): _every,
    frozenset({"on"}): _on,
    frozenset({"on", "every", "count"}): _burst,
    frozenset({"after"}): _after,
}


def _count(value: object) -> int:
    return whole_number_of(value, 1, MOST_TIMES)


def _interval(value: object) -> tuple[Quantity, Quantity]:
    return range_of(value, INTERVAL)


def _period(value: object) -> str:
    if type(value) is not str or value not in _PERIODS:
        raise refusal("unknown-frequency", "A count is per day, week or month.", 'Write {"times": 3, "per": "day"}.')
    return value


def _dialysis(value: object) -> str:
    return code_of(value, frozenset({"hemodialysis"}), ("hemodialysis",))


def _weekdays(value: object) -> tuple[str, ...]:
    """Weekdays in the order of the week."""
    faults: list[Fault] = []
    named: set[str] = set()
    for place, item in enumerate(list_of(value, len(WEEKDAYS), 1)):
        weekday = attempt(_weekday, item, f"/{place}", faults)
        if weekday is None:
            continue
        if weekday in named:
            faults.append(Fault(f"/{place}", "malformed", "This weekday stands twice.", "Keep one of them."))
        named.add(weekday)
    if faults:
        raise ValidationError(faults)
    return tuple(weekday for weekday in WEEKDAYS if weekday in named)


def _weekday(value: object) -> str:
    return code_of(value, _DAILY, WEEKDAYS)


def _object(properties: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "examples": [example],
    }
