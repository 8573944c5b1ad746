"""The catalogue of refusals: one entry for every problem type and code that a client can meet, each a page.

`type` of a problem answer is the path of its page, so whoever reads a log can open it and see
what was meant, what it looked like and what to send instead. A test reads the source and finds every code
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One way of being refused, as its page tells it."""

    code: str
    status: int
    title: str
    meaning: str
    example: str
    instead: str

    @property
    def path(self) -> str:
        """Where the page is, which is also the `type` of the answer."""
        return f"/problems/{self.code}"


_REQUEST = (
    ProblemType(
        "several-faults", 422, "More than one thing is wrong",
        "The request has several faults. Each stands under errors, with a pointer and a code of its own.",
        '{"orders": [{"drug": "gabapentin", "dose": ".5 mg", "frequency": {"times": 3, "per": "moon"}}]}',
        "Correct every entry of errors; each code has a page here too.",
    ),
    ProblemType(
        "not-json", 400, "The body is not JSON",
        "The body could not be read as JSON. The detail names the line and column where it stops being so.",
        "{'drug': 'gabapentin',}",
        '{"drug": "gabapentin"}: double quotes, no comma after the last member, no comments.',
    ),
    ProblemType(
        "not-utf-8", 400, "The body is not UTF-8",
        "JSON is exchanged in UTF-8. The body has bytes or half characters that no UTF-8 text has.",
        r'"\ud83d" alone, or text saved as Latin-1',
        "Encode the body as UTF-8.",
    ),
    ProblemType(
        "too-deep", 400, "The body is nested too deep",
        "Lists and objects stand inside each other deeper than any request needs.",
        "[[[[[[ and so on, a hundred thousand times",
        "The shape that the OpenAPI document shows; it needs fewer than ten levels.",
    ),
    ProblemType(
        "duplicate-key", 400, "A key stands twice in one object",
        "Readers disagree on which of two equal keys counts. With doses that is not for us to guess.",
        '{"dose": "100 mg", "dose": "1000 mg"}',
        '{"dose": "100 mg"}',
    ),
    ProblemType(
        "not-an-object", 422, "The body is not an object",
        "The body is JSON, but a list, a text or a number.",
        '[{"drug": "gabapentin"}]',
        '{"orders": [{"drug": "gabapentin"}]}',
    ),
    ProblemType(
        "unsupported-media-type", 415, "The body is of another media type",
        "Bodies are read as application/json in UTF-8, not compressed.",
        "Content-Type: text/plain, or Content-Encoding: gzip",
        "Content-Type: application/json",
    ),
    ProblemType(
        "too-large", 413, "The body is too large",
        "The body is larger than the service reads in one request, 1 MiB.",
        "A file of thousands of orders in one request",
        "At most 100 orders in a request; several requests for more.",
    ),
    ProblemType(
        "bad-request", 400, "The request could not be read",
        "The request breaks the rules of HTTP, in its address or its headers.",
        "Host: an/impossible name",
        "A request as any HTTP client writes it.",
    ),
    ProblemType(
        "not-found", 404, "Nothing is here",
        "No resource has this address. A schedule is found by the address that its creation answered with.",
        "GET /v1/drug/gabapentin",
        "GET /v1/drugs/gabapentin; the addresses are listed at /docs.",
    ),
    ProblemType(
        "method-not-allowed", 405, "The address does not take this method",
        "The address exists, but not for this method. The Allow header lists those it takes.",
        "GET /v1/orders/check",
        "POST /v1/orders/check",
    ),
    ProblemType(
        "not-acceptable", 406, "The answer cannot be had in this media type",
        "None of the media types in Accept is one that this address can answer in.",
        "Accept: image/png",
        "One of the types that the detail names, or no Accept header.",
    ),
    ProblemType(
        "idempotency-conflict", 409, "The Idempotency-Key was used for another request",
        "An Idempotency-Key belongs to one request. It came before, with another body.",
        "Idempotency-Key: 42 with one body, then with another",
        "A new key for a new request; the same key only to repeat a request that may have been lost.",
    ),
    ProblemType(
        "too-many-requests", 429, "Too many requests",
        "More requests came than are answered in this time. Retry-After says how many seconds to wait.",
        "Thousands of requests a second from one place",
        "The same request, after the time that Retry-After names.",
    ),
    ProblemType(
        "internal-error", 500, "A fault of ours",
        "The request met a fault in the service. Nothing was stored. It is logged without the body.",
        "None: no request should be able to cause this.",
        "Report the X-Request-Id of the answer to whoever runs the service.",
    ),
    ProblemType(
        "unavailable", 503, "For the moment there is no answer",
        "Something the answer needs is out of reach, the store for example. Nothing was stored.",
        "POST /v1/schedules/titration while the disk is full",
        "The same request, after the seconds that Retry-After names. An Idempotency-Key makes that safe.",
    ),
)  # fmt: skip

_NUMBERS_AND_UNITS = (
    ProblemType(
        "naked-decimal", 422, "A decimal point without a digit on each side",
        "A point without a digit before it is overlooked, and tenfold doses come of it.",
        ".5 mg", "0.5 mg",
    ),
    ProblemType(
        "digit-separator", 422, "A comma or separator between digits",
        "A comma is a decimal sign to one reader and a thousands sign to the next, so neither is read.",
        "0,5 g or 1,000 mg or 1 000 mg", "0.5 g or 1000 mg",
    ),
    ProblemType(
        "exponent", 422, "A number with an exponent",
        "Exponents are not written in orders, and one slip of a digit is a factor of ten.",
        "1e3 mg", "1000 mg",
    ),
    ProblemType(
        "fraction", 422, "A number written as a fraction",
        "A slash is easily read as a one, and as a division.",
        "1/2 {tablet}", "0.5 {tablet}",
    ),
    ProblemType(
        "range-in-string", 422, "A range in one text",
        "A range is two numbers. The service judges its worst case and has to know which is which.",
        '"50-100 mg"', '{"low": "50 mg", "high": "100 mg"}',
    ),
    ProblemType(
        "sign", 422, "A number with a sign",
        "No amount here can be negative, so a sign means something else: a dash, or half a range.",
        "-5 mg or +5 mg", "5 mg",
    ),
    ProblemType(
        "non-ascii-digit", 422, "A digit other than 0 to 9",
        "Digits of other scripts and full-width digits look alike and are not read.",
        "٥ mg", "5 mg",
    ),
    ProblemType(
        "not-a-number", 422, "Not a number",
        "A number was expected, and something else stands there.",
        "NaN, Infinity, ten mg", "10 mg",
    ),
    ProblemType(
        "too-many-digits", 422, "More digits than an order has",
        "Numbers have at most 12 digits.",
        "1000000000000000 mg", "At most 12 digits, in a unit that suits the amount.",
    ),
    ProblemType(
        "leading-zero", 422, "A zero before the number",
        "A number begins with a zero only when a point follows.",
        "05 mg", "5 mg or 0.5 mg",
    ),
    ProblemType(
        "unknown-unit", 422, "The unit is not known",
        "Units are a closed list of UCUM codes and listed aliases. A look-alike is never corrected.",
        "5 Mg or 10 units", "5 mg or 10 [iU]",
    ),
    ProblemType(
        "missing-unit", 422, "A number without a unit",
        "A quantity is a number and a unit. No unit is assumed.",
        '"300"', '"300 mg"',
    ),
    ProblemType(
        "wrong-unit", 422, "A unit of another kind",
        "The unit is known but measures something else than the field does.",
        '{"weight": "70 mL"}', '{"weight": "70 kg"}',
    ),
    ProblemType(
        "wrong-period", 422, "An amount for another period",
        "A weekly drug is dosed by the week and a daily drug by the day; one is never turned into the other.",
        '{"drug": "methotrexate", "target": "2 mg/day"}', '{"drug": "methotrexate", "target": "15 mg/week"}',
    ),
    ProblemType(
        "out-of-range", 422, "A value outside what the field can hold",
        "The value is well written, but more, or less, than the field can mean.",
        '{"frequency": {"times": 0, "per": "day"}}', '{"frequency": {"times": 1, "per": "day"}}',
    ),
)  # fmt: skip

_FIELDS = (
    ProblemType(
        "unknown-field", 422, "The field is not known",
        "Nothing that is sent is ignored: a misspelt field could be the one that matters.",
        '{"patient": {"wieght": "70 kg"}}', '{"patient": {"weight": "70 kg"}}',
    ),
    ProblemType(
        "missing-field", 422, "A required field is missing",
        "Without this field the question cannot be asked. Nothing clinical is ever assumed.",
        '{"orders": [{"dose": "300 mg"}]}', '{"orders": [{"drug": "gabapentin", "dose": "300 mg"}]}',
    ),
    ProblemType(
        "missing-strength", 422, "A dose in pieces without their strength",
        "A dose in tablets or capsules is an amount only when it is known what one piece holds.",
        '{"dose": "2 {tablet}"}', '{"dose": "2 {tablet}", "strength": "300 mg"}',
    ),
    ProblemType(
        "missing-concentration", 422, "A dose in milliliters without a concentration",
        "A volume is an amount of drug only when it is known how much is in it.",
        '{"dose": "5 mL"}', '{"dose": "5 mL", "concentration": "250 mg / 5 mL"}',
    ),
    ProblemType(
        "missing-duration", 422, "A step without an end before another step",
        "Steps follow one another, so each but the last has to say how long it lasts.",
        '{"steps": [{"dose": "300 mg"}, {"dose": "600 mg"}]}',
        '{"steps": [{"dose": "300 mg", "duration": "7 days"}, {"dose": "600 mg"}]}',
    ),
    ProblemType(
        "wrong-type", 422, "The field holds another type of value",
        "A text, a number, true or false, a list and an object are told apart and never converted.",
        '{"pregnant": "no"}', '{"pregnant": false}',
    ),
    ProblemType(
        "unknown-value", 422, "The value is not in the field's list",
        "The field takes one of a closed list of values, and this is not in it.",
        '{"sex": "f"}', '{"sex": "female"}',
    ),
    ProblemType(
        "malformed", 422, "The value is not written as its field needs it",
        "The field has a format of its own, which the detail names.",
        '{"id": "rx 1!"}', '{"id": "rx-1"}',
    ),
    ProblemType(
        "unusable-field", 422, "The field cannot be used here",
        "The field is known, but has no meaning in this request, and nothing that is sent is ignored.",
        '"print" in a request that asks for JSON', "The request without it, or with Accept: application/pdf.",
    ),
    ProblemType(
        "conflicting-fields", 422, "Two fields say different things",
        "Two fields cannot both hold, and the service does not choose between them.",
        '{"dose": "300 mg", "steps": [{"dose": "600 mg"}]}', '{"steps": [{"dose": "600 mg"}]}',
    ),
    ProblemType(
        "contradiction", 422, "Two statements cannot both be true",
        "What is said in one place rules out what is said in another, and one of them is a mistake.",
        '{"sex": "male", "pregnant": true}', "The statement that is true; the service does not choose.",
    ),
    ProblemType(
        "duplicate-parameter", 422, "A query parameter stands twice",
        "Each parameter after the question mark is given once.",
        "?language=en&language=es", "?language=en",
    ),
    ProblemType(
        "duplicate-id", 422, "Two orders have the same id",
        "Findings name orders by id, so that each id stands for one order.",
        '{"orders": [{"id": "rx-1"}, {"id": "rx-1"}]}', '{"orders": [{"id": "rx-1"}, {"id": "rx-2"}]}',
    ),
    ProblemType(
        "too-few", 422, "Too few entries",
        "The list needs more entries than it has.",
        '{"orders": []}', '{"orders": [{"drug": "gabapentin"}]}',
    ),
    ProblemType(
        "too-many", 422, "Too many entries",
        "The list has more entries than are judged together.",
        "101 orders in one request", "At most 100 orders in a request.",
    ),
    ProblemType(
        "too-long", 422, "The text is too long",
        "The text has more characters than its field holds.",
        '{"id": "an id of a hundred characters"}', '{"id": "rx-1"}',
    ),
    ProblemType(
        "not-a-date", 422, "Not a calendar date",
        "Dates are calendar dates of ISO 8601 that exist, without a time of day.",
        "01.12.2026 or 2026-02-30 or 2026-W01-1", "2026-12-01",
    ),
    ProblemType(
        "unknown-frequency", 422, "The frequency is not understood",
        "A frequency is a count per period, an interval, or weekdays. Latin abbreviations are not read.",
        '{"frequency": "qd"}', '{"frequency": {"times": 1, "per": "day"}}',
    ),
    ProblemType(
        "unknown-condition", 422, "The indication, condition or allergy is not known",
        "These are closed lists with synonyms, at /v1/conditions. A name outside them is never ignored.",
        '{"conditions": ["lupus nefritis"]}', '{"conditions": ["lupus-nephritis"]}',
    ),
    ProblemType(
        "unknown-drug", 422, "The drug cannot be planned",
        "A schedule needs a drug of the formulary. A look-alike is never corrected.",
        '{"drug": "gabapentine"}', '{"drug": "gabapentin"}; the names are at /v1/drugs.',
    ),
    ProblemType(
        "unknown-form", 422, "The form cannot be planned",
        "The drug is known, but not in this form.",
        '{"drug": "pregabalin", "form": "nasal spray"}', '{"drug": "pregabalin", "form": "capsule"}',
    ),
    ProblemType(
        "unknown-protocol", 422, "The drug has no such protocol",
        "A plan follows a cited protocol of its drug, and this name is none of them.",
        '{"protocol": "fast"}', '{"protocol": "neuropathic-pain"}',
    ),
)  # fmt: skip

_PLANS = (
    ProblemType(
        "unsafe-schedule", 422, "The schedule would not pass its own check",
        "A plan is judged by the rules of an order. This one would have a critical finding: it is not made.",
        "A plan beside an order that takes the day over a limit", "findings lists what stands against it.",
    ),
    ProblemType(
        "infeasible", 422, "The target cannot be reached for this patient",
        "A limit stands before the target: binding_limit names it, nearest_target what can be reached.",
        "gabapentin to 1800 mg a day at a clearance of 40 mL/min", "The target under nearest_target.",
    ),
    ProblemType(
        "not-dispensable", 422, "The dose cannot be made",
        "No whole or allowed half pieces of the strengths add up to the dose. Nothing is rounded silently.",
        "gabapentin 350 mg from 100 mg capsules", "The nearest dose that can be made; the answer names it.",
    ),
    ProblemType(
        "outside-protocol", 422, "The choice is outside the protocol",
        "Start, step, interval and target may be chosen within what the protocol states, not beyond.",
        '{"step_interval": "12 hours"}, instead of 3 days', "A value inside the bounds of the detail.",
    ),
    ProblemType(
        "restart-needed", 422, "After missed days the plan begins again",
        "The body is no longer used to the dose: where the plan was left would be too high a first dose.",
        '{"action": "resume", "missed_days": 3} of tramadol', 'The same with "action": "restart".',
    ),
    ProblemType(
        "formulary-changed", 409, "The formulary no longer knows what the schedule is made of",
        "A revision goes on from the pieces that were planned. One of them, or its drug, has left the formulary since.",
        "a strength that is no longer listed", "A new plan from what is taken now.",
    ),
)  # fmt: skip

PROBLEM_TYPES: Mapping[str, ProblemType] = MappingProxyType(
    {entry.code: entry for entry in (*_REQUEST, *_NUMBERS_AND_UNITS, *_FIELDS, *_PLANS)}
)
