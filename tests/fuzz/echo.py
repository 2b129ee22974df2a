"""Whether anything that was sent comes out where it must not: logs, spans and problems."""

import ast
import io
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from requests import PreparedRequest

from chassis.telemetry.logs import LibraryLog
from chassis.testing import spans

LONG_ENOUGH: Final = 8
"""Shorter text may stand in a log or a problem by chance."""


@dataclass
class Said:
    """What left the app beside its answers since it was last asked."""

    _log: io.StringIO
    _spans: InMemorySpanExporter

    def take(self) -> str:
        """All of it as text; forgotten afterwards."""
        told = [self._log.getvalue(), *(each.to_json() for each in self._spans.get_finished_spans())]
        self._log.seek(0)
        self._log.truncate()
        self._spans.clear()
        return "\n".join(told)


@contextmanager
def listening() -> Iterator[Said]:
    """Log lines and spans go to ``Said`` while the block lasts, libraries' lines too."""
    before, log = structlog.get_config(), io.StringIO()
    handler = LibraryLog(logging.INFO)
    structlog.configure(**{**before, "logger_factory": structlog.WriteLoggerFactory(log)})
    logging.getLogger().addHandler(handler)
    try:
        with spans.collected() as exporter:
            yield Said(log, exporter)
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.configure(**before)


@cache
def _our_constants() -> frozenset[str]:
    """Every text in our code. Hypothesis draws some of them, and a log line is made of them."""
    sources = [path for part in _CODE for path in (_ROOT / part).rglob("*.py") if path.name != "mutants.py"]
    nodes = (node for path in sources for node in ast.walk(ast.parse(path.read_text())))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


_ROOT: Final = Path(__file__).parents[2]
_CODE: Final = ("libs", "services", "clients", "deploy", "tests", "bench")


class Vocabulary:
    """Our own words: whatever stands in the API document or in our code is not somebody's."""

    def __init__(self, document: Mapping[str, Any], *more: str) -> None:
        days = (datetime.now(UTC) + timedelta(days=days) for days in (0, 1))  # every log line has its time
        self._text = "\n".join((json.dumps(document, ensure_ascii=False), *more, *map(str, days)))

    def words_of(self, request: PreparedRequest) -> set[str]:
        """Every text of a request that is long enough and not ours."""
        found = {text for text in _texts_of(request) if len(text) >= LONG_ENOUGH and text.strip()}
        return {text for text in found if text not in _our_constants() and text not in self._text}


def repeated(words: set[str], told: str) -> list[str]:
    """Which of the words stand in what was told, as they are or as JSON spells them."""
    return [word for word in words if word in told or json.dumps(word)[1:-1] in told]


def _texts_of(request: PreparedRequest) -> Iterator[str]:
    address = urlsplit(str(request.url))
    yield from (unquote(part) for part in address.path.split("/"))
    for pair in parse_qsl(address.query, errors="replace"):
        yield from pair
    yield from (str(value) for name, value in request.headers.items() if name.lower() in _WRITTEN)
    body: Any = request.body or b""
    text = body if isinstance(body, str) else body.decode(errors="replace")
    try:
        yield from _leaves(json.loads(text))
    except (ValueError, RecursionError):
        yield text


_WRITTEN: Final = frozenset({"idempotency-key", "access-purpose", "if-none-match", "x-correlation-id", "accept"})
"""Headers whose values senders choose."""


def _leaves(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend((*value, *value.values()))
        elif isinstance(value, list):
            waiting.extend(value)
