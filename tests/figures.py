"""How many examples a promise is tried on: its full figure, or a short run in `make test`."""

from __future__ import annotations

import os

FULL = os.environ.get("POSOLOGY_PROPERTY") == "full"


def figure(full: int, quick: int) -> int:
    """The number of examples to run now."""
    return full if FULL else quick
