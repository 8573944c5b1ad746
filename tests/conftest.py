"""How property tests run: a short, repeatable run by default, their full figures with POSOLOGY_PROPERTY=full.

The short run is derandomized: a change that breaks nothing never turns it red, and a red one is red for
everybody.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.figures import FULL

settings.register_profile("quick", max_examples=100, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "full",
    max_examples=10_000,
    deadline=None,
    print_blob=True,
    # Ten thousand plans take longer than hypothesis thinks a test should; that is what the full run is for.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("full" if FULL else "quick")
