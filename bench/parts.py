"""Where the time of an order check goes, measured in this process: gates, schema, screening, answer, encoding."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from api.answers.verdicts import check_answer
from api.identity import new_id
from api.json_text import encode
from api.reading import read_json
from api.schemas.requests import CheckSchema
from api.services import screened, today, wire

LOOPS = 200
REPEATS = 7


def microseconds(work: Callable[[], object]) -> float:
    """Processor time of one call: the best of some repeats, because whatever disturbs only ever adds."""
    best = float("inf")
    for _ in range(REPEATS):
        gc.collect()
        began = time.process_time()
        for _ in range(LOOPS):
            work()
        best = min(best, time.process_time() - began)
    return best / LOOPS * 1e6


def breakdown(questions: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """For each question, the parts of its answer in the order they are made, in microseconds."""
    services = wire()
    schema = CheckSchema(lambda: services.names, today)
    return {name: _parts(services, schema, json.dumps(asked).encode()) for name, asked in questions.items()}


def _parts(services: Any, schema: CheckSchema, body: bytes) -> dict[str, float]:
    value = read_json(body, "application/json", len(body))
    question = schema.load(value)
    screening = screened(services, question)
    answer = check_answer(screening, services.parts, new_id())
    return {
        "gates": microseconds(lambda: read_json(body, "application/json", len(body))),
        "schema": microseconds(lambda: schema.load(value)),
        "screening": microseconds(lambda: screened(services, question)),
        "answer": microseconds(lambda: check_answer(screening, services.parts, new_id())),
        "encoding": microseconds(lambda: encode(answer)),
    }
