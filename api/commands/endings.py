"""How a command ends, for a script to decide by: one number for each kind of answer, and the worst of several.

The worst is not the largest. A question that got no answer at all is worse than any answer, and a verdict counts as
the verdict's own order has it: reject, cannot-assess, warn, accept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

WELL: Final = 0
FOUND: Final = 1
NOT_ANSWERED: Final = 2
REJECTED: Final = 3
CANNOT_ASSESS: Final = 4
FAULT: Final = 5
# What a shell shows for a program that was interrupted, and for one whose reader went away.
INTERRUPTED: Final = 130
READER_GONE: Final = 141

MEANINGS: Final[Mapping[int, str]] = MappingProxyType(
    {
        WELL: "the check accepts; of formulary and compare: nothing was found, nothing differs",
        FOUND: "the check says warn: may go on with a reason; of formulary and compare: something differs or was found",
        NOT_ANSWERED: "the question could not be understood or answered; what is wrong stands on standard error",
        REJECTED: "the check says reject, or the plan was refused as unsafe or infeasible",
        CANNOT_ASSESS: "the check says cannot-assess: a rule that could be critical was not checked",
        FAULT: "a fault of the program's own",
    }
)

_OF_VERDICT: Final[Mapping[str, int]] = MappingProxyType(
    {"accept": WELL, "warn": FOUND, "reject": REJECTED, "cannot-assess": CANNOT_ASSESS}
)
_REFUSED_PLANS: Final = frozenset({"unsafe-schedule", "infeasible"})
_FROM_GOOD_TO_BAD: Final = (WELL, FOUND, CANNOT_ASSESS, REJECTED, NOT_ANSWERED, FAULT)


def of_verdict(word: str) -> int:
    """The ending for a verdict of the engine. KeyError for a word that is none."""
    return _OF_VERDICT[word]


def of_refusal(code: str) -> int:
    """The ending for a problem of this code."""
    return REJECTED if code in _REFUSED_PLANS else NOT_ANSWERED


def worst(endings: Iterable[int]) -> int:
    """The one ending of many answers; of none, that all is well."""
    return max(endings, key=_FROM_GOOD_TO_BAD.index, default=WELL)
