"""The body of a posted form, read strictly: each field once, in UTF-8, and nothing that is not a form."""

from __future__ import annotations

from urllib.parse import parse_qsl

from api.errors import Fault, Problem, step

MEDIA_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 80


def read_fields(content_type: str | None, body: bytes) -> dict[str, str]:
    """The fields of a posted form, each once, without blanks at their ends; a Problem for any other body."""
    _check_media_type(content_type)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise Problem("not-utf-8", "The form is not UTF-8.") from None
    except ValueError:
        raise Problem("bad-request", "The body is not a form: names and values joined by = and &.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise Problem.of(
            Fault(step(name), "duplicate-key", "This field was sent more than once.", "Send it once.")
            for name in fields
            if names.count(name) > 1
        )
    return {name: value.strip() for name, value in fields.items()}


def _check_media_type(content_type: str | None) -> None:
    media_type, *parameters = (content_type or "").split(";")
    if media_type.strip().lower() != MEDIA_TYPE:
        raise Problem("unsupported-media-type", f"A form is sent as Content-Type: {MEDIA_TYPE}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() != "utf-8":
            raise Problem("unsupported-media-type", "A form is read in UTF-8 only; the request names another charset.")
