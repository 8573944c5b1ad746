"""How many examples a promise is tried on: its full figure, a short run in `make test`, or a number in between.

`POSOLOGY_PROPERTY` is `full`, or the most examples of any one property, such as 300.
"""

from __future__ import annotations

import os

ASKED = os.environ.get("POSOLOGY_PROPERTY", "")
FULL = ASKED == "full"


def figure(full: int, quick: int) -> int:
    """The number of examples to run now."""
    if FULL:
        return full
    return min(full, max(int(ASKED), quick)) if ASKED else quick
