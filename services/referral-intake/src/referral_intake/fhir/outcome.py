"""OperationOutcome: everything this door has to say beside the answer itself."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from referral_intake.fhir import systems
from referral_intake.fhir.issues import Issue, IssueCode, Severity

_BY_STATUS: Final[Mapping[int, tuple[IssueCode, str]]] = {
    400: (IssueCode.STRUCTURE, "SEND_BAD_REQUEST"),
    401: (IssueCode.LOGIN, "SEND_UNAUTHORIZED"),
    403: (IssueCode.FORBIDDEN, "SEND_FORBIDDEN"),
    404: (IssueCode.NOT_FOUND, "SEND_NOT_FOUND"),
    405: (IssueCode.NOT_SUPPORTED, "SEND_METHOD_NOT_ALLOWED"),
    406: (IssueCode.NOT_SUPPORTED, "SEND_NOT_ACCEPTABLE"),
    408: (IssueCode.TIMEOUT, "SEND_TIMEOUT"),
    409: (IssueCode.CONFLICT, "REC_CONFLICT"),
    413: (IssueCode.TOO_LONG, "SEND_TOO_LARGE"),
    415: (IssueCode.NOT_SUPPORTED, "SEND_UNSUPPORTED_MEDIA_TYPE"),
    422: (IssueCode.PROCESSING, "SEND_UNPROCESSABLE_ENTITY"),
    429: (IssueCode.THROTTLED, "SEND_TOO_MANY_REQUESTS"),
    503: (IssueCode.TRANSIENT, "REC_SERVICE_UNAVAILABLE"),
}
_OTHERWISE: Final = (IssueCode.EXCEPTION, "REC_SERVER_ERROR")


def outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The resource, with at least one issue."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue) for issue in issues]}


def refusal(issues: Iterable[Issue], *, status: int) -> dict[str, Any]:
    """Why nothing was accepted: each issue with whose part it is to mend it, ``SEND_…`` or ``REC_…``."""
    coding = (systems.ERRORS, _BY_STATUS.get(status, _OTHERWISE)[1])
    return outcome(
        Issue(issue.severity, issue.code, issue.advice, issue.places, issue.coding or coding) for issue in issues
    )


def refusal_of(problem: Mapping[str, Any]) -> dict[str, Any]:
    """The same, of a problem that arose before or beside the message: RFC 9457 members to issues."""
    status = problem["status"]
    code = _BY_STATUS.get(status, _OTHERWISE)[0]
    return refusal((Issue(Severity.ERROR, code, advice) for advice in _advice(problem)), status=status)


def _advice(problem: Mapping[str, Any]) -> Iterator[str]:
    yield ". ".join(str(problem[name]).rstrip(".") for name in ("title", "detail") if problem.get(name)) + "."
    for wrong in problem.get("errors", ()):
        yield f"{wrong['pointer'].partition(':')[2] or wrong['pointer']}: {wrong['detail']}"


def _issue(issue: Issue) -> dict[str, Any]:
    body: dict[str, Any] = {"severity": issue.severity.value, "code": issue.code.value}
    if issue.coding:
        body["details"] = {"coding": [{"system": issue.coding[0], "code": issue.coding[1]}]}
    body["diagnostics"] = issue.advice
    if issue.places:
        body["expression"] = list(issue.places)
    return body
