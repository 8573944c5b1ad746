"""The form of a printing: names for the paper, which are kept nowhere, and how it is to be printed."""

from __future__ import annotations

from api.forms.fields import Field, Form, Section
from schedules.formats.languages import ENGLISH, offered
from schedules.formats.sheet import AUDIENCES, PAPERS, Sheet

USUAL_PAPER = Sheet().paper

# Beside the usual one of each, which is what is printed where nothing is chosen.
_OTHER_LANGUAGES = {"es": "Español"}
_OTHER_SIZES = {"a4": "A4"}
_FOR = {"patient": "the patient", "prescriber": "the prescriber", "pharmacy": "the pharmacy"}
FORM = Form(
    title="Print with names",
    refused="Not printed",
    button="Make the PDF",
    lead="Names are printed on this one paper. They are not stored and not logged. What is left empty is room for a "
    "name by hand.",
    sections=(
        Section(
            "On the paper",
            (
                Field("patient_name", "Name of the patient"),
                Field("prescriber", "Name of the prescriber"),
                Field("phone", "Phone to call"),
            ),
        ),
        Section(
            "How it is printed",
            (
                Field(
                    "audience",
                    "For",
                    "choice",
                    choices=tuple((name, _FOR[name]) for name in AUDIENCES),
                    empty="All three, one after the other",
                ),
                Field(
                    "language",
                    "Language of the patient’s sheet",
                    "choice",
                    choices=tuple(
                        (code, _OTHER_LANGUAGES.get(code, code)) for code in offered() if code != ENGLISH.code
                    ),
                    empty="English",
                ),
                Field("large_print", "Large print", "flag", choices=(("yes", "yes"),), empty="no"),
                Field(
                    "paper",
                    "Paper",
                    "choice",
                    choices=tuple((name, _OTHER_SIZES.get(name, name)) for name in PAPERS if name != USUAL_PAPER),
                    empty="Letter",
                ),
            ),
        ),
    ),
)
