"""A step as one sentence for the patient: "Take 1 capsule (300 mg) in the morning and 2 capsules (600 mg) in the
evening." Numerals, the pieces beside the amount, the dose apart from its timing."""

from __future__ import annotations

from fractions import Fraction

from dosing.numbers import decimal_text
from dosing.products import Pieces
from dosing.units import words
from dosing.vocabulary import LIQUIDS, PIECE_OF_FORM
from schedules.regimen import Dose, RegimenStep

WHEN = {
    "morning": "in the morning",
    "noon": "at noon",
    "evening": "in the evening",
    "bedtime": "at bedtime",
}
PARTS = {Fraction(1, 2): "half", Fraction(1, 4): "a quarter", Fraction(3, 4): "three quarters"}


def instruction(step: RegimenStep) -> str:
    """The sentence of a step."""
    if step.interval is not None and step.max_per_day is not None:
        return (
            f"Take {dose_words(step.doses[0])} when you need it for pain. Wait at least {words(step.interval)} between "
            f"doses. Do not take more than {words(step.max_per_day)}."
        )
    doses = [f"{dose_words(dose)} {WHEN[dose.when]}" for dose in step.doses if dose.when is not None]
    return f"Take {_joined(doses)}."


def dose_words(dose: Dose) -> str:
    """The pieces of a dose with its amount: "1 capsule of 300 mg and 1 capsule of 400 mg (700 mg)"."""
    if len(dose.pieces) == 1:
        return f"{_pieces_words(dose.pieces[0])} ({words(dose.amount)})"
    listed = [f"{_pieces_words(pieces)} of {words(pieces.product.strength)}" for pieces in dose.pieces]
    return f"{_joined(listed)} ({words(dose.amount)})"


def _pieces_words(pieces: Pieces) -> str:
    """ "2 capsules", "1 and a half tablets", "half a tablet", "7 mL"."""
    form = pieces.product.form
    if form in LIQUIDS:
        return f"{decimal_text(pieces.count)[0]} mL"
    noun = PIECE_OF_FORM[form].strip("{}")
    whole, part = divmod(pieces.count, 1)
    if not part:
        return f"{whole} {noun if whole == 1 else noun + 's'}"
    if not whole:
        return f"{PARTS[part]} {'of a' if PARTS[part] != 'half' else 'a'} {noun}"
    between = "a half" if part == Fraction(1, 2) else PARTS[part]
    return f"{whole} and {between} {noun}s"


def _joined(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
