from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

from hypothesis import given

from schedules.formats.curve import Curve, curve
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import example, plans, quantity

SVG = "{http://www.w3.org/2000/svg}"


def drawn(plan: dict[str, Any], large_print: bool = False) -> Curve:
    drawing = curve(plan, large_print)
    assert drawing is not None
    return drawing


def texts(drawing: Curve) -> list[str]:
    return [(text.text or "").replace(NO_BREAK, " ") for text in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]


def test_the_limit_is_a_broken_line_with_words() -> None:
    drawing = drawn(example("gabapentin-1800"))
    assert "Limit: 3,600 mg a day" in texts(drawing)
    assert 'stroke-dasharray="8 4"' in drawing.svg


def test_without_a_limit_none_is_drawn_and_the_words_say_so() -> None:
    drawing = drawn(example("gabapentin-cannot-assess"))
    assert not any(text.startswith("Limit") for text in texts(drawing))
    assert "8 4" not in drawing.svg
    assert drawing.words.endswith("No limit is drawn.")


def test_the_words_tell_every_step_and_the_limit() -> None:
    words = drawn(example("gabapentin-renal-1400")).words.replace(NO_BREAK, " ")
    assert words.startswith("The dose in one day: 300 mg from Tue Dec 1 to Thu Dec 3, 600 mg from Fri Dec 4")
    assert words.endswith("and 1,400 mg from Sun Dec 13 to Tue Dec 29. The limit is 1,400 mg a day.")


def test_the_drawing_carries_its_words_for_those_who_do_not_see_it() -> None:
    drawing = drawn(example("gabapentin-1800"))
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}desc") == drawing.words


def test_what_may_be_taken_as_needed_is_a_broken_line() -> None:
    drawing = drawn(example("tramadol-as-needed"))
    assert drawing.svg.count('stroke-width="3" stroke-dasharray="3 4"') == 1
    assert "up to 400" in drawing.words
    assert "3 4" not in drawn(example("gabapentin-1800")).svg


def test_a_weekly_dose_is_drawn_by_the_week() -> None:
    plan = example("pregabalin-300") | {"ceiling": None}
    for step in plan["steps"]:
        step |= {"daily_dose": None, "weekly_dose": quantity(15, "mg/wk"), "on_days": ["monday"]}
    assert drawn(plan).words.startswith("The dose in one week: 15")


def test_a_plan_without_days_to_come_has_no_drawing() -> None:
    plan = example("pregabalin-300")
    for step in plan["steps"]:
        step["past"] = True
    assert curve(plan) is None


def test_large_print_is_bold_and_eighteen_points() -> None:
    assert 'font-size="18" font-weight="700"' in drawn(example("gabapentin-1800"), True).svg
    assert 'font-size="12" font-weight="400"' in drawn(example("gabapentin-1800")).svg


@given(plans())
def test_labels_never_lie_on_each_other_and_the_first_and_highest_doses_are_named(plan: dict[str, Any]) -> None:
    drawing = drawn(plan)
    labels = list(ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"))
    heights = sorted(float(label.get("y", "")) for label in labels if label.get("text-anchor") == "end")
    assert all(below - above > 11.8 for above, below in pairwise(heights))
    dates = [label for label in labels if re.match(r"[A-Z]\w\w\W\d", label.text or "")]
    starts = [(float(label.get("x", "")), label.text or "") for label in dates]
    assert all(x + 5 * len(text) <= after for (x, text), (after, _) in pairwise(starts))
    doses = [float(step["daily_dose"]["value"]) for step in plan["steps"]]
    # Two doses within a line's height of each other share the name of the higher one.
    assert len(heights) >= (2 if min(doses) < max(doses) * 0.9 else 1)


@given(plans())
def test_the_line_stays_inside_the_drawing(plan: dict[str, Any]) -> None:
    root = ElementTree.fromstring(drawn(plan).svg)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for path in root.iter(f"{SVG}path"):
        for command, numbers in re.findall(r"([MLHV])([\d. ]+)", path.get("d", "")):
            values = [float(number) for number in numbers.split()]
            across = values[:1] if command in "MLH" else []
            down = values[-1:] if command in "MLV" else []
            assert all(0 <= value <= width for value in across)
            assert all(0 <= value <= height for value in down)
