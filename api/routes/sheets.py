"""The stylesheet of the printed schedule, served from where the sheet's templates stand."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

import schedules.formats

blueprint = Blueprint("sheets", __name__)
TEMPLATES = Path(schedules.formats.__file__).parent / "templates"


@blueprint.get("/static/schedule.css")
def stylesheet() -> Response:
    """How a schedule looks on a screen and on paper."""
    return send_from_directory(TEMPLATES, "schedule.css", max_age=3600)
