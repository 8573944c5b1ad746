"""The closed lists of the contract that are words, not facts: forms, routes, intents, parts of the day, weekdays."""

from __future__ import annotations

from types import MappingProxyType

ROUTE_OF_FORM = MappingProxyType(
    {
        "tablet": "oral",
        "capsule": "oral",
        "extended-release tablet": "oral",
        "extended-release capsule": "oral",
        "delayed-release tablet": "oral",
        "delayed-release capsule": "oral",
        "orally disintegrating tablet": "oral",
        "sublingual tablet": "sublingual",
        "oral solution": "oral",
        "oral suspension": "oral",
        "transdermal patch": "transdermal",
        "nasal spray": "nasal",
        "buccal film": "buccal",
        "injection": None,
    }
)
FORMS = frozenset(ROUTE_OF_FORM)
EXTENDED_RELEASE = frozenset(form for form in FORMS if form.startswith("extended-release"))
IMMEDIATE_RELEASE = FORMS - EXTENDED_RELEASE
LIQUIDS = frozenset({"oral solution", "oral suspension", "injection"})
ROUTES = frozenset(
    [
        "oral",
        "sublingual",
        "transdermal",
        "subcutaneous",
        "intramuscular",
        "intra-articular",
        "intravenous",
        "nasal",
        "buccal",
    ]
)
# The routes of an injection, which says none by itself.
INJECTED = frozenset({"subcutaneous", "intramuscular", "intra-articular", "intravenous"})
INTENTS = frozenset({"maintenance", "bridging", "flare", "acute"})
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS_OF_DAY = ("morning", "noon", "evening", "bedtime")

PIECE_OF_FORM = MappingProxyType(
    {
        "tablet": "{tablet}",
        "extended-release tablet": "{tablet}",
        "delayed-release tablet": "{tablet}",
        "orally disintegrating tablet": "{tablet}",
        "sublingual tablet": "{tablet}",
        "capsule": "{capsule}",
        "extended-release capsule": "{capsule}",
        "delayed-release capsule": "{capsule}",
        "transdermal patch": "{patch}",
        "nasal spray": "{spray}",
        "buccal film": "{film}",
    }
)
