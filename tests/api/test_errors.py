"""Refusals as values: pointers, codes, and everything marshmallow can say in our words."""

from __future__ import annotations

import pytest
from marshmallow import Schema, ValidationError, fields, validates_schema

from api.errors import MOST_FAULTS, Fault, Problem, faults_from_marshmallow, step
from api.problems import PROBLEM_TYPES
from dosing.errors import ReadingError


class Dose(fields.Field[object]):
    def _deserialize(self, value: object, attr: object, data: object, **kwargs: object) -> object:
        if value == "5 Mg":
            raise ValidationError([Fault("", "unknown-unit", "Mg is not a unit here.", "Write mg.")])
        if value == ".5 mg":
            raise ValidationError([ReadingError("naked-decimal", "No digit before the point.", "Write 0.5.")])
        if value == {"low": "x"}:
            raise ValidationError([Fault("/low", "missing-unit", "A unit is missing.")])
        return value


class Step(Schema):
    dose = Dose(required=True)
    times = fields.Integer(strict=True)
    on = fields.List(fields.String())


class Order(Schema):
    drug = fields.String(required=True)
    as_needed = fields.Boolean(data_key="as-needed/or~not")
    steps = fields.List(fields.Nested(Step()))
    start = fields.Date()

    @validates_schema
    def not_both(self, data: dict[str, object], **kwargs: object) -> None:
        if data.get("drug") == "both":
            raise ValidationError([Fault("/steps", "conflicting-fields", "Both cannot hold.")])


class Request(Schema):
    order = fields.Nested(Order())


def faults(value: object) -> list[Fault]:
    schema = Request()
    with pytest.raises(ValidationError) as caught:
        schema.load(value)  # type: ignore[arg-type]  # other types are what is tested
    return faults_from_marshmallow(caught.value, schema)


def placed(value: object) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"order": {}}, [("/order/drug", "missing-field")]),
        ({"order": None}, [("/order", "wrong-type")]),
        ({"order": []}, [("/order", "wrong-type")]),
        ({"order": {"drug": 1}}, [("/order/drug", "wrong-type")]),
        ({"order": {"drug": None}}, [("/order/drug", "wrong-type")]),
        ({"order": {"drug": "x", "steps": {}}}, [("/order/steps", "wrong-type")]),
        ({"order": {"drug": "x", "steps": [1]}}, [("/order/steps/0", "wrong-type")]),
        ({"order": {"drug": "x", "start": "tomorrow"}}, [("/order/start", "not-a-date")]),
        ({"order": {"drug": "x", "as-needed/or~not": []}}, [("/order/as-needed~1or~0not", "wrong-type")]),
        (
            {"order": {"drug": "x", "steps": [{"dose": 1, "times": "1.5"}]}},
            [("/order/steps/0/times", "wrong-type")],
        ),
        (
            {"order": {"drug": "x", "steps": [{"dose": 1, "on": [1]}]}},
            [("/order/steps/0/on/0", "wrong-type")],
        ),
        ({"order": {"drug": "x", "steps": [{"dose": "5 Mg"}]}}, [("/order/steps/0/dose", "unknown-unit")]),
        ({"order": {"drug": "x", "steps": [{"dose": ".5 mg"}]}}, [("/order/steps/0/dose", "naked-decimal")]),
        (
            {"order": {"drug": "x", "steps": [{"dose": {"low": "x"}}]}},
            [("/order/steps/0/dose/low", "missing-unit")],
        ),
        ({"order": {"drug": "both"}}, [("/order/steps", "conflicting-fields")]),
        ({"orders": []}, [("/orders", "unknown-field")]),
        ([], [("", "wrong-type")]),
    ],
)
def test_what_marshmallow_says_gets_a_place_and_a_code(value: object, expected: list[tuple[str, str]]) -> None:
    assert placed(value) == expected


def test_all_faults_come_at_once() -> None:
    value = {"order": {"steps": [{"dose": "5 Mg"}, {"dosis": 1}]}, "patiant": {}}
    assert sorted(placed(value)) == [
        ("/order/drug", "missing-field"),
        ("/order/steps/0/dose", "unknown-unit"),
        ("/order/steps/1/dose", "missing-field"),
        ("/order/steps/1/dosis", "unknown-field"),
        ("/patiant", "unknown-field"),
    ]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"ordr": {}}, "Did you mean order?"),
        ({"order": {"drug": "x", "stepz": []}}, "Did you mean steps?"),
        ({"order": {"drug": "x", "steps": [{"dose": 1, "tmes": 1}]}}, "Did you mean times?"),
        ({"order": {"drug": "x", "colour": "red"}}, None),
    ],
)
def test_an_unknown_field_is_told_what_it_may_have_meant(value: object, hint: str | None) -> None:
    (fault,) = faults(value)
    assert (fault.code, fault.hint) == ("unknown-field", hint)


def test_without_the_schema_there_is_no_hint_and_still_a_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        Request().load({"ordr": {}})
    assert faults_from_marshmallow(caught.value) == [
        Fault("/ordr", "unknown-field", "This field is not known here.", None)
    ]


def test_nothing_that_was_sent_is_quoted() -> None:
    (fault,) = faults({"order": {"drug": {"name": "Canary Bird"}}})
    assert "Canary" not in f"{fault}"


def test_one_fault_gives_its_type_and_two_give_several_faults() -> None:
    one = Fault("/a", "sign", "The number has a sign.")
    two = Fault("/b", "exponent", "The number has an exponent.")
    assert Problem.of([one]).members("/v1")["type"] == "/problems/sign"
    assert Problem.of([one, two]).members("/v1")["type"] == "/problems/several-faults"
    assert Problem.of([one, one]).members("/v1")["type"] == "/problems/several-faults"


def test_a_problem_has_the_members_of_rfc_9457_and_its_own() -> None:
    problem = Problem("infeasible", "The limit is 1,400 mg a day.", nearest_target={"value": 1400, "unit": "mg/d"})
    assert problem.members("/v1/schedules/titration") == {
        "type": "/problems/infeasible",
        "title": PROBLEM_TYPES["infeasible"].title,
        "status": 422,
        "detail": "The limit is 1,400 mg a day.",
        "instance": "/v1/schedules/titration",
        "nearest_target": {"value": 1400, "unit": "mg/d"},
    }


def test_an_endless_list_of_faults_ends_and_says_so() -> None:
    fault = Fault("/a", "sign", "The number has a sign.")
    assert "errors_left_out" not in Problem.of([fault] * MOST_FAULTS).members("/")
    members = Problem.of([fault] * (MOST_FAULTS + 2)).members("/")
    assert len(members["errors"]) == MOST_FAULTS  # type: ignore[arg-type]  # a list, in a dict of anything
    assert members["errors_left_out"] == 2


def test_a_pointer_escapes_what_it_is_made_of() -> None:
    assert step("a/b~c") == "/a~1b~0c"
    assert step(0) == "/0"
    assert step("~1") == "/~01"


def test_a_code_without_a_page_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        Problem("no-such-code", "…")
