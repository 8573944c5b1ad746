"""The command line as its tests run it: in this process, with a formulary that is loaded once."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.services import Services, wire

PATIENT = {
    "age": "54 years",
    "sex": "male",
    "weight": "70 kg",
    "creatinine_clearance": "40 mL/min",
    "conditions": [],
    "allergies": [],
    "medications": [],
}
TITRATION: dict[str, Any] = {
    "drug": "gabapentin",
    "indication": "sciatica",
    "start_date": "2026-12-01",
    "start_dose": "300 mg",
    "target": "1400 mg/day",
    "patient": PATIENT,
}
TAPER: dict[str, Any] = {
    "drug": "diazepam",
    "form": "tablet",
    "start_date": "2026-12-01",
    "from": [{"dose": "5 mg", "frequency": {"times": 2, "per": "day"}}],
    "to": "stop",
    "taken_for": "26 weeks",
    "percent": 10,
    "percent_of": "current",
    "step_interval": "14 days",
    "patient": {**PATIENT, "creatinine_clearance": "90 mL/min"},
}
SWITCH: dict[str, Any] = {
    "from": {"drug": "gabapentin", "doses": {"morning": "300 mg", "evening": "600 mg"}},
    "to": {"drug": "pregabalin", "target": "150 mg/day"},
    "over": "7 days",
    "indication": "neuropathic-pain",
    "start_date": "2026-12-01",
    "patient": {**PATIENT, "creatinine_clearance": "90 mL/min"},
}
ORDER: dict[str, Any] = {
    "id": "rx-1",
    "drug": "gabapentin",
    "form": "capsule",
    "strength": "300 mg",
    "indication": "postherpetic-neuralgia",
    "intent": "acute",
    "start_date": "2026-12-01",
    "doses": {"evening": "300 mg"},
    "duration": "14 days",
    "quantity": "14 {capsule}",
}
QUESTION: dict[str, Any] = {"patient": {**PATIENT, "creatinine_clearance": "90 mL/min"}, "orders": [ORDER]}
KINDS = {"titrate": ("titration", TITRATION), "taper": ("taper", TAPER), "switch": ("switch", SWITCH)}


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left: its number, and both of its outputs."""

    ending: int
    out: bytes
    told: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@cache
def engine() -> Services:
    """The shipped formulary, loaded once for all tests."""
    return wire()


class Line:
    """Runs commands; what they write is caught as bytes."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], patch: pytest.MonkeyPatch) -> None:
        self.capture, self.patch = capture, patch

    def __call__(self, *arguments: str | Path, typed: bytes = b"") -> Ended:
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        self.capture.readouterr()
        ending = main([str(word) for word in arguments])
        out, told = self.capture.readouterr()
        return Ended(ending, out, told.decode())


def written(folder: Path, name: str, request: Mapping[str, Any] | Sequence[Any]) -> Path:
    """A request in a file."""
    path = folder / name
    path.write_text(json.dumps(request))
    return path
