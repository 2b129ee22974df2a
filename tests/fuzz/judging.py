"""What an answer has to be. Each rule raises, or says in a line what is wrong."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, cast

import httpx2
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.meta import CoverageScenario, coverage_scenario

from tests.fuzz.cases import POSITIVE, Case, Planned
from tests.fuzz.people import NOBODY, let_in

PROBLEMS: Final = ("application/problem+json", "application/fhir+json")
_CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
)
_SHAPE: Final = (
    "invalid",
    "malformed",
    "unsupported-media-type",
    "idempotency-key-missing",
    "idempotency-key-unreadable",
)
"""Problems that say that a request is not what the API document describes."""
_BETWEEN_FIELDS: Final = (
    "Send each channel once",
    "Give the smaller size as old and the larger as new",
    "Send a secret with signing v1, and none with v1a",
    "The secret must be whsec_ followed by base64",
    "Say what you need this for",  # agencies need not
    "Send a worker or a team, and not both",
    "Send each case once",
    "Send a whole disclosure receipt or a whole inclusion proof",
)
"""Rules that a schema has no words for."""


def checks() -> list[CheckFunction]:
    """Schemathesis's own checks that we hold to."""
    load_all_checks()
    return [cast(CheckFunction, CHECKS.get_one(name)) for name in _CHECKS]


def findings(planned: Planned, response: Response, own_checks: Sequence[CheckFunction]) -> Iterator[str]:
    """Everything that is wrong with an answer, a line each; nothing in them was sent."""
    yield from _checked(planned.case, response, own_checks)
    if response.status_code >= 400 and not planned.operation.endswith("/health/ready"):
        yield from _no_problem(response)
    if not is_other_method(planned.case):
        yield from _let_in_wrongly(planned, response)
    yield from _unprotected(response)


def is_other_method(case: Case) -> bool:
    """Whether the case asks with a method that the operation does not have."""
    return coverage_scenario(case) == CoverageScenario.UNSPECIFIED_HTTP_METHOD


def _checked(case: Case, response: Response, own_checks: Sequence[CheckFunction]) -> Iterator[str]:
    try:
        case.validate_response(response, checks=list(own_checks))
    except FailureGroup as group:
        for failure in group.exceptions:
            if isinstance(failure, AcceptedNegativeData) and response.status_code == httpx2.codes.CONTENT_TOO_LARGE:
                continue  # what is too large is refused before anybody looks for what else is wrong
            yield f"{failure.title}: {' '.join(failure.message.split())[:300]}"


def _no_problem(response: Response) -> Iterator[str]:
    """Every refusal is a problem in one of its two forms."""
    kind = response.headers.get("content-type", [""])[0]
    if kind not in PROBLEMS:
        yield f"A refusal of type {kind or 'none'}"
        return
    said = json.loads(response.content)
    if kind == PROBLEMS[0] and (said["status"] != response.status_code or not said["title"]):
        yield "A problem that says another status than its answer, or nothing"


def _let_in_wrongly(planned: Planned, response: Response) -> Iterator[str]:
    status = response.status_code
    if status < 400 and planned.role not in let_in(planned.operation):
        yield f"{planned.role} was let in: {status}"
    if planned.kind != POSITIVE:
        return
    if planned.role == NOBODY and NOBODY not in let_in(planned.operation) and status != 401:
        yield f"Somebody without a token was answered {status} instead of 401"
    if planned.role in let_in(planned.operation) and (slug := _slug(response)) in _SHAPE:
        said = _said(response)
        if not any(rule in said for rule in _BETWEEN_FIELDS):
            yield f"What the document allows was refused as {slug}: {said}"


def _unprotected(response: Response) -> Iterator[str]:
    for name in ("x-request-id", "cache-control", "x-content-type-options", "strict-transport-security"):
        if len(response.headers.get(name, ())) != 1:
            yield f"An answer without one {name}"


def _slug(response: Response) -> str:
    if response.status_code < 400 or response.headers.get("content-type") != [PROBLEMS[0]]:
        return ""
    return str(json.loads(response.content)["type"]).rpartition("/")[2]


def _said(response: Response) -> str:
    said = json.loads(response.content)
    return str(said.get("errors") or said.get("detail"))
