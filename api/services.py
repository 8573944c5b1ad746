"""The wiring: one formulary with its names, its encoded parts and its canaries, and the questions it answers.

No web framework is known here, so that every face asks the same engine. The clock lives here and nowhere below.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from api.answers.verdicts import Encoded, check_answer, encoded, measures_answer, totals_answer
from api.canaries import CASES, Flock, Sing, silent_canaries
from api.identity import new_id
from api.schemas.requests import OrdersQuestion, PatientQuestion
from dosing.formulary.loader import load
from dosing.formulary.model import Formulary
from dosing.measures import measure
from dosing.names import Names, names_of
from dosing.screening import Screening, screen, sums

SERVICES = "posology.services"  # where an application keeps them


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an answer needs, made once. `etag` names the formulary, `cases_etag` the cases in `cases` as well."""

    formulary: Formulary
    names: Names
    parts: Encoded
    cases: Path
    etag: str
    cases_etag: str

    @property
    def flock(self) -> Flock:
        """The formulary with the cases that say how it answers."""
        return Flock(self.formulary, self.names, self.cases)


def wire(formulary: Formulary | None = None, cases: Path = CASES, local: Path | None = None) -> Services:
    """Load what is loaded once, with a hospital's own layer where there is one.

    A broken formulary raises FormularyError: there is nothing to serve without it.
    """
    known = formulary if formulary is not None else load(local=local)
    names = names_of(known)
    digest = hashlib.sha256(known.sha256.encode())
    for path in sorted(cases.glob("*.yaml")):
        digest.update(path.read_bytes())
    return Services(known, names, encoded(known), cases, known.sha256, digest.hexdigest())


def services_of(extensions: Mapping[str, Any]) -> Services:
    """The services that an application was made with."""
    return cast(Services, extensions[SERVICES])


def today() -> date:
    """The day it is, the same in every time zone that the service may run in."""
    return datetime.now(UTC).date()


def screened(services: Services, question: OrdersQuestion) -> Screening:
    """Judge orders together."""
    return screen(question.orders, question.patient, services.formulary, question.as_of)


def check(services: Services, question: OrdersQuestion) -> dict[str, object]:
    """The answer to an order check."""
    return check_answer(screened(services, question), services.parts, new_id())


def equivalents(services: Services, question: OrdersQuestion) -> dict[str, object]:
    """What the orders add up to."""
    totals = sums(question.orders, question.patient, services.formulary, question.as_of)
    return {
        "as_of": question.as_of.isoformat(),
        "totals": totals_answer(totals),
        "formulary": services.parts.formulary,
    }


def measures(services: Services, question: PatientQuestion) -> dict[str, object]:
    """What can be computed for the patient."""
    computed = measure(question.patient, question.as_of, services.formulary)
    return {
        "as_of": question.as_of.isoformat(),
        **measures_answer(computed),
        "formulary": services.parts.formulary,
    }


def probes(services: Services, sing: Sing | None = None) -> list[tuple[str, Callable[[], str | None]]]:
    """What has to hold before the service is ready: the formulary knows drugs, and its canaries sing.

    `sing` says what is wrong with them, where somebody asks them already.
    """
    results: list[str | None] = []
    singing = threading.Lock()

    def canaries() -> str | None:
        # Once for each process: neither the formulary nor the code changes while it runs.
        with singing:
            if not results:
                results.append(sing() if sing is not None else silent_canaries(services.flock))
        return results[0]

    return [("formulary", partial(_formulary_probe, services)), ("canaries", canaries)]


def _formulary_probe(services: Services) -> str | None:
    return None if services.formulary.monographs else "knows no drug"
