from __future__ import annotations

from typing import Any

import pytest

from schedules.formats import Sheet
from schedules.formats.contents import contents
from schedules.formats.prescriber import Prescriber, source_words, value_words
from schedules.formats.wording import NO_BREAK
from tests.schedules.formats.examples import example, quantity


def part(plan: dict[str, Any]) -> Prescriber:
    return contents(plan, Sheet()).prescriber


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_a_finding_tells_its_arithmetic_its_rule_its_layer_and_its_source() -> None:
    (finding,) = part(example("gabapentin-1800")).findings
    assert finding.severity == "For information"
    assert plain(finding.arithmetic) == "Measured 1,800 mg a day; must be at most 1,800 mg a day."
    assert (finding.rule, finding.layer) == ("gabapentin/no-benefit-above", "label")
    assert finding.source == "Neurontin label, section 2.3, Table 1, 2020, confirmed in the source."


def test_a_finding_tells_what_would_pass() -> None:
    plan = example("gabapentin-1800")
    suggestion = {"largest_passing_dose": quantity(1200, "mg"), "longest_passing_duration": quantity(14, "d")}
    plan["check"]["findings"][0]["suggestion"] = suggestion
    (finding,) = part(plan).findings
    assert plain(finding.passing) == "What would pass: a dose of at most 1,200 mg or at most 14 days."


@pytest.mark.parametrize(
    ("measured", "limit", "arithmetic"),
    [
        (quantity(8, "d"), None, "Measured 8 days."),
        (None, quantity(7, "d"), ""),
        (None, None, ""),
    ],
)
def test_a_finding_without_a_limit_or_a_measure_says_what_it_has(
    measured: object, limit: object, arithmetic: str
) -> None:
    plan = example("gabapentin-1800")
    plan["check"]["findings"][0] |= {"measured": measured, "limit": limit}
    assert plain(part(plan).findings[0].arithmetic) == arithmetic


def test_only_a_safe_address_becomes_a_link() -> None:
    plan = example("gabapentin-1800")
    assert part(plan).findings[0].url.startswith("https://")
    plan["check"]["findings"][0]["source"]["url"] = "javascript:alert(1)"
    assert part(plan).findings[0].url == ""


def test_a_finding_without_a_rule_goes_by_its_code() -> None:
    plan = example("gabapentin-1800")
    plan["check"]["findings"][0] |= {"rule": None, "layer": None, "source": None}
    (finding,) = part(plan).findings
    assert (finding.rule, finding.layer, finding.source) == ("max-daily-dose", "", "")


def test_what_was_not_checked_says_what_is_missing() -> None:
    row = part(example("gabapentin-cannot-assess")).not_checked[0]
    assert (row.label, row.why) == ("Renal dose", "Missing: kidney function (creatinine clearance).")


def test_a_question_that_needs_nothing_says_only_its_message() -> None:
    plan = example("gabapentin-cannot-assess")
    plan["check"]["not_checked"][0]["needs"] = []
    assert part(plan).not_checked[0].why == ""


def test_a_source_is_told_once_and_cited_by_its_number() -> None:
    prescriber = part(example("gabapentin-1800"))
    assert prescriber.sources == ("Founding article: sciatica that did not respond to NSAIDs, 2025.",)
    assert plain(prescriber.protocol).endswith("from the evening dose. Source 1.")
    assert [plain(row.why) for row in prescriber.reassessments] == ["Source 1."] * 2
    assert plain(prescriber.chosen[0].why) == "Asked for."


def test_different_sections_of_a_source_are_different_sources() -> None:
    plan = example("gabapentin-1800")
    plan["reassessments"][1]["source"] = {"title": "A label", "section": "5.1"}
    assert plain(part(plan).reassessments[1].why) == "Source 2."
    assert part(plan).sources[1] == "A label, section 5.1."


def test_facts_that_nobody_gave_are_shown_as_missing() -> None:
    facts = {row.label: plain(row.text) for row in part(example("gabapentin-1800")).facts}
    assert facts == {
        "Age": "54 years",
        "Weight": "not given",
        "Creatinine clearance": "90 mL/min, as stated",
        "Liver impairment": "not given",
    }


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("actual", "with the actual weight"),
        (quantity(70, "kg"), "with 70 kg"),
        (None, "by Cockcroft and Gault"),
    ],
)
def test_a_computed_clearance_tells_its_formula_and_weight(weight: object, said: str) -> None:
    plan = example("gabapentin-renal-1400")
    plan["patient"]["creatinine_clearance"]["weight_used"] = weight
    fact = next(row for row in part(plan).facts if row.label == "Creatinine clearance")
    assert plain(fact.text).startswith("40 mL/min, by Cockcroft and Gault")
    assert plain(fact.text).endswith(said)


def test_facts_beyond_the_four_are_shown_after_them() -> None:
    plan = example("gabapentin-1800")
    plan["patient"] |= {"sex": "female", "hemodialysis": False, "egfr": None}
    rows = [(row.label, row.text) for row in part(plan).facts[4:]]
    assert rows == [("Sex", "female"), ("Hemodialysis", "no"), ("Egfr", "not given")]


def test_look_alike_names_are_in_mixed_case_for_the_prescriber_and_never_for_the_patient() -> None:
    page = contents(example("tramadol-as-needed"), Sheet())
    assert page.prescriber.title == "traMADol, immediate release"
    assert "traMADol" in page.prescriber.findings[0].message
    assert page.title == "Tramadol, immediate release"


def test_the_pharmacys_totals_add_up() -> None:
    totals = {row.label: plain(row.text) for row in part(example("gabapentin-1800")).totals}
    assert totals == {
        "To dispense": "129 capsules of 300 mg",
        "Lasts": "29 days",
        "Taken as scheduled": "38,700 mg",
        "Highest": "1,800 mg a day",
    }


def test_cut_pieces_and_equivalents_are_counted() -> None:
    prescriber = part(example("tramadol-as-needed"))
    rows = [(row.label, plain(row.text)) for row in (*prescriber.totals, *prescriber.equivalents)]
    # Three days each of 1, 2, 3, 4, 2, and 2 doses with a half in them.
    assert ("Doses with a cut piece", "42") in rows
    assert ("Morphine equivalent", "5 MME a day, days 1 to 3") in rows


def test_half_a_milliliter_is_measured_and_not_cut() -> None:
    assert "Doses with a cut piece" not in [row.label for row in part(example("gabapentin-solution")).totals]


def test_an_equivalent_that_goes_on_has_no_last_day() -> None:
    plan = example("tramadol-as-needed")
    plan["check"]["totals"]["mme"][-1]["to_day"] = None
    assert "80 MME a day, from day 18 on" in [plain(row.text) for row in part(plan).equivalents]


def test_an_equivalent_that_is_not_known_is_not_a_row() -> None:
    plan = example("tramadol-as-needed")
    plan["check"]["totals"]["mme"] = [{"drug": "buprenorphine", "reason": "no-factor"}]
    assert "Morphine equivalent" not in [row.label for row in part(plan).equivalents]


def test_a_plan_that_ends_early_says_so() -> None:
    assert "before the target" in part(example("gabapentin-solution")).target
    assert part(example("gabapentin-1800")).target == ""


def test_a_step_of_one_day_has_one_day() -> None:
    plan = example("gabapentin-1800")
    plan["steps"][0] |= {"to_day": 1, "to_date": plan["steps"][0]["from_date"]}
    assert [row.days for row in part(plan).steps[:2]] == ["day 1", "days 4 to 6"]


def test_each_verdict_has_its_sentence() -> None:
    plan, sentences = example("gabapentin-1800"), set()
    for verdict in ("accept", "warn", "reject", "cannot-assess"):
        plan["check"]["verdict"] = verdict
        sentences.add(part(plan).verdict)
    assert len(sentences) == 4


@pytest.mark.parametrize(("count", "said"), [(0, "No rule was"), (1, "1 rule was"), (2, "2 rules were")])
def test_passed_rules_are_counted(count: int, said: str) -> None:
    plan = example("gabapentin-1800")
    plan["check"]["passed"] = plan["check"]["passed"][:1] * count
    assert part(plan).passed == f"{said} checked and kept."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        ("neuropathic-pain", "neuropathic-pain"),
        (quantity(1800, "mg/d"), "1,800 mg a day"),
        ([{"strength": quantity(300, "mg"), "form": "capsule"}, {"strength": "100 mg"}], "300 mg capsule and 100 mg"),
        ({"morning": quantity(300, "mg"), "evening": quantity(600, "mg")}, "morning 300 mg and evening 600 mg"),
    ],
)
def test_a_chosen_value_is_said_whatever_its_shape(value: object, said: str) -> None:
    assert plain(value_words(value)) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, ""),
        ({"title": "A label"}, "A label."),
        ({"title": "A label", "section": "Dosage", "year": 2020}, "A label, Dosage, 2020."),
        ({"title": "A label", "evidence": "unconfirmed"}, "A label, not confirmed."),
        ({"title": "A label", "evidence": "secondary"}, "A label, from a secondary source."),
    ],
)
def test_a_source_tells_where_and_how_well_it_is_confirmed(source: dict[str, Any] | None, said: str) -> None:
    assert source_words(source) == said
