"""Every error leaves as application/problem+json, saying what to do and never repeating what was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from contracts.problems import PROBLEM_TYPE_ROOT, FieldError, Invalid, Problem
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from chassis import telemetry

MEDIA_TYPE: Final = "application/problem+json"

log = telemetry.logger(__name__)

_ADVICE: Final[Mapping[str, str]] = {
    "missing": "Add this field",
    "extra_forbidden": "Remove this field: it is not part of this request",
    "json_invalid": "Send valid JSON",
    "enum": "Use one of the codes in the documentation",
    "literal_error": "Use one of the values in the documentation",
    "string_too_long": "Make this shorter",
    "string_too_short": "Fill this in",
    "too_short": "Add at least one",
    "too_long": "Send fewer",
    "uuid_parsing": "Send a UUID",
    "bool_parsing": "Send true or false",
    "date_from_datetime_parsing": "Send a date such as 2026-01-31",
    "datetime_from_date_parsing": "Send a time such as 2026-01-31T14:30:00Z",
}


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = MEDIA_TYPE


def install(app: FastAPI) -> None:
    """Answer the four kinds of exception that can reach the edge."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _unexpected)


def response_of(problem: Problem) -> ProblemResponse:
    """The response for a problem."""
    return ProblemResponse(problem.body(), status_code=problem.status, headers=problem.headers)


def of_status(status: int, *, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """A problem that is no more than its HTTP status."""
    phrase = HTTPStatus(status).phrase
    slug = phrase.lower().replace(" ", "-")
    body = {"type": PROBLEM_TYPE_ROOT + slug, "title": phrase, "status": status}
    return ProblemResponse(body, status_code=status, headers=dict(headers or {}))


def field_errors(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    """Validation errors as JSON pointers with advice; their input and context are dropped, they echo what was sent."""
    return tuple(FieldError(_pointer(error["loc"]), _advice(error)) for error in errors)


def _pointer(location: Sequence[int | str]) -> str:
    """RFC 6901 for the body; ``query:name``, ``header:name`` or ``path:name`` for the rest."""
    if location and location[0] in ("query", "header", "path", "cookie"):
        return f"{location[0]}:{'.'.join(str(part) for part in location[1:])}"
    parts = location[1:] if location and location[0] == "body" else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _advice(error: Mapping[str, Any]) -> str:
    if error["type"] == "value_error":  # our own validators: their words are constant and say what to do
        return str(error["msg"]).removeprefix("Value error, ")
    return _ADVICE.get(error["type"], "Correct this: it is not of the form in the documentation")


async def _problem(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, Problem)  # registered for this class only
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", problem=error.slug, exc_info=error)
    return response_of(error)


async def _http(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # registered for this class only
    return of_status(error.status_code, headers=error.headers)  # a 405 keeps its Allow


async def _validation(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # registered for this class only
    return response_of(Invalid(errors=field_errors(error.errors())))


async def _unexpected(request: Request, error: Exception) -> ProblemResponse:
    log.error("unexpected error", exc_info=error)
    return of_status(HTTPStatus.INTERNAL_SERVER_ERROR)
