"""Everything that goes wrong at the HTTP edge leaves as RFC 9457 problem details, without a word of the input."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import telemetry
from chassis.web.routes import Descriptions
from chassis.web.spelling import Names
from contracts.problems import PROBLEM_TYPE_ROOT, FieldError, Invalid, Problem, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
MOST_GUESSES: Final = 10
"""For so many unknown fields of one request a name is looked for that may be meant: each takes milliseconds."""
MOST_ERRORS: Final = 500
"""So many fields are listed in one refusal: a sender with more to mend sends again when these are mended."""

log = telemetry.logger(__name__)


class Malformed(Invalid):
    """The bytes are not what they say they are."""

    slug, title, status = "malformed", "We cannot read what you sent", 400


class NotJson(Problem):
    """The body is of another kind than the route reads."""

    slug, title, status = "unsupported-media-type", "Send JSON with Content-Type: application/json", 415


class Encoded(Problem):
    """The body is compressed or otherwise packed."""

    slug, title, status = "unsupported-encoding", "We cannot unpack what you sent", 415


class TooLarge(Problem):
    """More than one request may hold."""

    slug, title, status = "too-large", "What you sent is too large", 413


class Busy(Unavailable):
    """As many requests are under way as there is room for; this one was not accepted."""

    slug, title = "busy", "We have no room for your request at this moment"

    def __init__(self) -> None:
        super().__init__("Send the same request again in a moment.", headers={"Retry-After": "1"})


class TooSlow(Problem):
    """The request did not arrive in time."""

    slug, title, status = "too-slow", "Your request took too long to arrive", 408


_BY_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("malformed", "We cannot read what you sent"),
    401: ("unauthenticated", "Sign in or send a valid access token"),
    403: ("forbidden", "You are not allowed to do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This address does not support that method"),
    406: ("not-acceptable", "We cannot answer in a format you accept"),
    408: ("too-slow", "Your request took too long to arrive"),
    413: ("too-large", "What you sent is too large"),
    415: ("unsupported-media-type", "Send JSON with Content-Type: application/json"),
    422: ("invalid", "Some of what you sent needs to change"),
    429: ("too-many-requests", "You are sending too much. Wait, then go on"),
    431: ("headers-too-large", "The headers of your request are too large"),
    500: ("fault", "Something went wrong on our side. Send the same request again later"),
    503: ("unavailable", "We cannot do this now. Try again"),
}

_NOWHERE: Final = "Check the address, without a slash at its end. Those that there are stand in /openapi.json"

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details. Never repeats what was sent.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the kind of problem; does not change."},
        "title": {"type": "string", "description": "The problem in plain English."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, or query:NAME"},
                    "detail": {"type": "string", "description": "What to do."},
                },
            },
        },
    },
}


def install(app: FastAPI) -> None:
    """Answer every ``Problem``, HTTP exception and refused request as problem details.

    What nobody foresaw is answered by ``chassis.web.middleware.Faults``, inside the middleware that sets headers.
    """

    async def answer(request: Request, error: Exception) -> Response:
        return answer_to(request, error)

    for kind in (Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


def answer_to(request: Request, error: Exception) -> Response:
    """What is answered to an exception that was foreseen; raises any other again."""
    match error:
        case Problem():
            if error.status >= 500:
                log.error("request failed", problem=error.slug, exc_info=error)
            return response_of(error)
        case HTTPException(status_code=405):  # the framework allows what the first route of this address takes
            allowed = ", ".join(_methods_of(request))
            return of_status(405, detail=f"Send one of these: {allowed}", headers={"Allow": allowed})
        case HTTPException(status_code=404):
            return of_status(404, detail=_NOWHERE, headers=error.headers)
        case HTTPException():  # the text is not ours
            return of_status(error.status_code, headers=error.headers)
        case RequestValidationError():
            return response_of(refusal(error.errors(), Descriptions.of(request).fields))
        case _:
            raise error


def _methods_of(request: Request) -> list[str]:
    """Every method that some route takes at this address (RFC 9110, 10.2.1)."""
    path, methods = request.scope["path"], set[str]()
    for context in iter_route_contexts(request.app.routes):
        if context.path_regex.match(path):
            methods.update(context.methods or ())
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def response_of(problem: Problem) -> Response:
    """A problem as an HTTP response."""
    return _json(problem.body(), problem.status, problem.headers)


def of_status(status: int, *, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """A problem that is no more than its HTTP status."""
    slug, title = _BY_STATUS.get(status, ("refused", "This request cannot be answered"))
    body: dict[str, object] = {"type": PROBLEM_TYPE_ROOT + slug, "title": title, "status": status}
    return _json(body | ({"detail": detail} if detail else {}), status, headers or {})


def _json(body: Mapping[str, object], status: int, headers: Mapping[str, str]) -> Response:
    return Response(json.dumps(body), status_code=status, headers=dict(headers), media_type=MEDIA_TYPE)


def refusal(mistakes: Sequence[Mapping[str, Any]], known: frozenset[str]) -> Problem:
    """What has to change, field by field: where and what to do, never what was sent.

    ``known`` are the field names of the route's own models. Anything else in a location may be what somebody wrote.
    """
    if any(mistake["type"] == "json_invalid" for mistake in mistakes):
        return Malformed("Send valid JSON")
    listed = mistakes[:MOST_ERRORS]
    guesses = _guesses(listed, known)
    return Invalid(
        errors=tuple(
            FieldError(_place(mistake["loc"], known), guesses.get(number) or _advice(mistake))
            for number, mistake in enumerate(listed)
        )
    )


def _guesses(mistakes: Sequence[Mapping[str, Any]], known: frozenset[str]) -> dict[int, str]:
    """For the first unknown fields, by their places in the list, which field of ours may be meant."""
    unknown = [number for number, mistake in enumerate(mistakes) if mistake["type"] == "extra_forbidden"]
    meant = {number: _names(known).meant_by(str(mistakes[number]["loc"][-1])) for number in unknown[:MOST_GUESSES]}
    return {
        number: f"Remove the field that is not in the API description, or call it {name} if that is meant"
        for number, name in meant.items()
        if name is not None
    }


@lru_cache(maxsize=8)
def _names(known: frozenset[str]) -> Names:
    return Names(known)


def _place(location: Sequence[object], known: frozenset[str]) -> str:
    """A JSON pointer into the body, or ``query:name``, ``header:name`` or ``path:name``: those names are ours."""
    place, *path = location
    return _pointer(path, known) if place == "body" else f"{place}:{'.'.join(str(step) for step in path)}"


def _pointer(path: Sequence[object], known: frozenset[str]) -> str:
    """As far into the body as every step is a number or a field of ours.

    Where an item of a list is of one of several kinds, its kind stands in the location and not in the body.
    """
    pointer = ""
    for place, step in enumerate(path):
        if place and isinstance(path[place - 1], int) and step not in known and path[place + 1 : place + 2]:
            continue
        if not isinstance(step, int) and step not in known:
            break
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    return pointer


_ADVICE: Final[Mapping[str, str]] = {
    "missing": "Add this",
    "extra_forbidden": "Remove the field that is not in the API description",
    "string_type": "Send text",
    "string_unicode": "Send text of valid Unicode characters",
    "string_too_short": "Send at least {min_length} characters",
    "string_too_long": "Send at most {max_length} characters",
    "string_pattern_mismatch": "Send text that matches {pattern}",
    "too_short": "Send at least {min_length} items",
    "too_long": "Send at most {max_length} items",
    "list_type": "Send a list",
    "tuple_type": "Send a list",
    "dict_type": "Send a JSON object with Content-Type: application/json",
    "model_type": "Send a JSON object with Content-Type: application/json",
    "model_attributes_type": "Send a JSON object with Content-Type: application/json",
    "enum": "Send one of {expected}",
    "literal_error": "Send one of {expected}",
    "bool_type": "Send true or false",
    "bool_parsing": "Send true or false",
    "int_type": "Send a whole number",
    "int_parsing": "Send a whole number",
    "int_from_float": "Send a whole number",
    "float_type": "Send a number",
    "float_parsing": "Send a number",
    "finite_number": "Send a number",
    "greater_than": "Send a number greater than {gt}",
    "greater_than_equal": "Send a number of at least {ge}",
    "less_than": "Send a number less than {lt}",
    "less_than_equal": "Send a number of at most {le}",
    "uuid_type": "Send a UUID",
    "uuid_parsing": "Send a UUID",
    "date_type": "Send a date such as 2026-03-02",
    "no_such_day": "Check this: no calendar has this day",
    "date_parsing": "Send a date of the calendar, such as 2026-03-02",
    "date_from_datetime_parsing": "Send a date of the calendar, such as 2026-03-02",
    "date_from_datetime_inexact": "Send a date without a time, such as 2026-03-02",
    "datetime_type": "Send a date and time such as 2026-03-02T09:30:00Z",
    "datetime_parsing": "Send a date and time such as 2026-03-02T09:30:00Z",
    "datetime_from_date_parsing": "Send a date and time such as 2026-03-02T09:30:00Z",
    "timezone_aware": "Say the time zone, as in 2026-03-02T09:30:00Z",
}
_OBJECT_TYPES: Final = frozenset({"dict_type", "model_type", "model_attributes_type"})
_OTHERWISE: Final = "Change this to what the API description says"


def _advice(mistake: Mapping[str, Any]) -> str:
    if mistake["type"] == "missing" and tuple(mistake["loc"]) == ("body",):
        return _ADVICE["dict_type"]
    if mistake["type"] in _OBJECT_TYPES and len(mistake["loc"]) > 1:
        return "Send a JSON object here"
    context = mistake.get("ctx", {})
    if mistake["type"] == "value_error":
        return _own_words(context.get("error"), mistake.get("input"))
    try:
        return _ADVICE.get(mistake["type"], _OTHERWISE).format_map(context)
    except KeyError:
        return _OTHERWISE


def _own_words(error: object, given: object) -> str:
    """What one of our validators said, unless it is not ours or repeats what was sent."""
    words = str(error)
    echoes = isinstance(given, str) and len(given) > 2 and given in words
    return _OTHERWISE if type(error) is not ValueError or echoes else words
