"""Logs: one JSON object per line on standard output, ours and the libraries' alike."""

import logging
import sys
import threading
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any, Final

import structlog
from pydantic_core import to_json
from structlog.typing import FilteringBoundLogger

from chassis.telemetry import fields, traces

Entry = MutableMapping[str, Any]
Processor = Callable[[Any, str, Entry], Entry]

_ALWAYS: Final = frozenset({"event", "level", "timestamp", "trace_id", "template"})
TEMPLATE_LENGTH: Final = 200


def logger(name: str) -> FilteringBoundLogger:
    """A logger. Its messages MUST be constant strings; what varies goes into fields on the allow-list."""
    log: FilteringBoundLogger = structlog.get_logger(logger_name=name)
    return log


def write_json(service: str, *, level: int) -> None:
    """From now on every line is JSON, carries the service's name, and is written at once."""
    structlog.configure(
        processors=[_name_service(service), *_PROCESSORS],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _name_service(service: str) -> Processor:
    def add(_logger: object, _method: str, entry: Entry) -> Entry:
        entry["service"] = service
        return entry

    return add


def _name_exception(_logger: object, _method: str, entry: Entry) -> Entry:
    """An exception's class and where it was raised; its text may hold what somebody wrote."""
    info = entry.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        entry["error"] = type(error).__name__
        entry["error_at"] = _place(error.__traceback__)
    return entry


def _place(traceback: TracebackType | None) -> str | None:
    """Module and line where the exception was raised."""
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_globals.get('__name__')}:{traceback.tb_lineno}"


def _allow(_logger: object, _method: str, entry: Entry) -> Entry:
    """Drop every field that is not on the list; say how many, so that a mistake is seen."""
    allowed: Entry = {}
    for key, value in entry.items():
        if key in _ALWAYS:
            allowed[key] = value
        elif key in fields.ALLOWED_FIELDS:
            allowed[key] = fields.plain(value, of="log")
    if dropped := len(entry) - len(allowed):
        fields.withheld_total.labels("log").inc(dropped)
        allowed["fields_dropped"] = dropped
    return allowed


def _to_json(entry: Entry, **_: object) -> str:
    """In Rust: every request writes a line."""
    return to_json(entry).decode()


def _add_trace(_logger: object, _method: str, entry: Entry) -> Entry:
    trace_id = traces.current_trace_id()
    if trace_id is not None:
        entry["trace_id"] = trace_id
    return entry


_PROCESSORS: Final[tuple[Any, ...]] = (
    structlog.processors.add_log_level,
    _name_exception,
    _allow,
    _add_trace,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(_to_json),
)
# The rules hold from the first import on, before anybody configured anything.
structlog.configure(
    processors=list(_PROCESSORS),
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory=structlog.WriteLoggerFactory(),
)


class LibraryLog(logging.Handler):
    """A library's line keeps its logger, level, place and exception class.

    Its text may hold anything. Only a template whose values come separately is a constant, and may stay.
    """

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, Any] = {"logger_name": record.name, "error_at": f"{record.module}:{record.lineno}"}
        if record.args and isinstance(record.msg, str):
            line["template"] = record.msg[:TEMPLATE_LENGTH]
        if record.exc_info and record.exc_info[1]:
            line["exc_info"] = record.exc_info[1]
        structlog.get_logger().log(record.levelno, "library message", **line)


def route_libraries() -> None:
    """Send everything that libraries log or warn of through our formatter, from WARNING on."""
    root = logging.getLogger()
    root.handlers = [LibraryLog()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    for name in list(logging.root.manager.loggerDict):
        named = logging.getLogger(name)
        named.handlers, named.propagate = [], True


def uncaught(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    """What ends the process, without its text."""
    logger(__name__).critical("process failed", exc_info=error)


def uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    """What ends a thread, without its text."""
    logger(__name__).critical("thread failed", exc_info=failed.exc_value)
