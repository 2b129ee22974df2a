"""From what arrived to a message, or to every reason why it is none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from chassis.web import problems
from contracts.problems import FieldError
from referral_intake.fhir import labels, modifiers
from referral_intake.fhir.issues import Issue, IssueCode, MessageRefused, error
from referral_intake.fhir.message import Contained, Entry, Message
from referral_intake.fhir.r4.content import MessageHeader
from referral_intake.fhir.r4.element import Element
from referral_intake.fhir.r4.names import JSON_NAMES, KINDS
from referral_intake.fhir.r4.primitives import Text
from referral_intake.fhir.r4.resource import Resource
from referral_intake.fhir.r4.times import DateTime, day_in_london

MAX_ENTRIES: Final = 500
MAX_ISSUES: Final = 100
LONGEST_WAY: Final = timedelta(days=31)
"""A message may wait for so long; one that says it is older, or of tomorrow, comes from a clock that is wrong."""

E = TypeVar("E", bound=Element)

_CODES: Final[Mapping[str, IssueCode]] = {
    "missing": IssueCode.REQUIRED,
    "too_short": IssueCode.REQUIRED,
    "too_long": IssueCode.TOO_COSTLY,
    "literal_error": IssueCode.VALUE,
    "enum": IssueCode.VALUE,
    "date_type": IssueCode.VALUE,
    "no_such_day": IssueCode.VALUE,
    "string_pattern_mismatch": IssueCode.VALUE,
    "string_too_long": IssueCode.TOO_LONG,
    "value_error": IssueCode.BUSINESS_RULE,
}
_ADVICE: Final[Mapping[str, str]] = {
    "string_pattern_mismatch": (
        "Write this as R4 does: a date such as 2017-05-04, a time such as 2026-11-23T09:15:00Z, an id of at most 64 "
        "letters, digits, hyphens and dots"
    ),
    "dict_type": "Send an object",
    "model_type": "Send an object",
    "model_attributes_type": "Send an object",
}


class _Request(Element):
    method: Text | None = None


class _Entry(Element):
    full_url: Text | None = None
    resource: dict[str, Any]
    request: _Request | None = None


class _Bundle(Element):
    resource_type: Literal["Bundle"]
    type: Literal["message"]
    timestamp: DateTime | None = None
    entry: Annotated[tuple[_Entry, ...], Field(min_length=1, max_length=MAX_ENTRIES)]


def read(document: object, *, arrived_on: date) -> Message:
    """The message. Raises ``MessageRefused`` with all that is wrong with its shape."""
    if not isinstance(document, dict):
        raise MessageRefused([error(IssueCode.STRUCTURE, "Send a Bundle of type message.", "Bundle")])
    bundle = _whole(_Bundle, document, "Bundle")
    issues = [*modifiers.not_understood(document, "Bundle"), *_repeated_urls(bundle.entry)]
    issues += labels.not_kept(document, "Bundle")
    issues += _deleted(bundle.entry)
    entries, contained = _resources(bundle.entry, issues)
    if not issues and not isinstance(entries[0].resource, MessageHeader):
        issues.append(error(IssueCode.INVARIANT, "Make a MessageHeader the first entry.", "Bundle.entry[0].resource"))
    if issues:
        raise MessageRefused(issues[:MAX_ISSUES])
    return Message(document, entries, contained, as_of=_day_of(bundle, arrived_on))


def _day_of(bundle: _Bundle, arrived_on: date) -> date:
    """The day that what it says is judged by: its own, unless the sender's clock cannot be right."""
    written = day_in_london(bundle.timestamp) if bundle.timestamp else None
    day = date.fromisoformat(written) if written else arrived_on
    return day if timedelta() <= arrived_on - day <= LONGEST_WAY else arrived_on


def mistakes_at(error_: ValidationError, base: str) -> Iterator[tuple[IssueCode, FieldError]]:
    """Each thing that does not fit a model, at most as many as help; with its path below ``base``, and no pointer."""
    listed = error_.errors(include_url=False)[: problems.MOST_ERRORS]
    mistakes = [{**each, "loc": ("body", *each["loc"])} for each in listed]
    for mistake, field in zip(mistakes, problems.refusal(mistakes, JSON_NAMES).errors, strict=True):
        kind = str(mistake["type"])
        advice = _ADVICE.get(kind) or _of_one(field.detail)
        yield _CODES.get(kind, IssueCode.STRUCTURE), FieldError(_path(base, field.pointer), advice)


def _of_one(advice: str) -> str:
    """Where there is one thing to send, it is not one of several."""
    return advice if " or " in advice else advice.replace("Send one of ", "Send ", 1)


def _resources(given: Sequence[_Entry], issues: list[Issue]) -> tuple[list[Entry], list[Contained]]:
    entries: list[Entry] = []
    contained: list[Contained] = []
    for position, entry in enumerate(given):
        path = f"Bundle.entry[{position}].resource"
        resource = _resource(entry.resource, path, issues)
        entries.append(Entry(entry.full_url, resource))
        if len(issues) >= MAX_ISSUES:
            raise MessageRefused(issues[:MAX_ISSUES])
        for place, inner in enumerate(_contained(entry.resource)):
            read_inner = _resource(inner, f"{path}.contained[{place}]", issues)
            contained.append(Contained(resource, f"{path}#{read_inner.id}", read_inner))
    return entries, contained


def _resource(raw: Mapping[str, Any], path: str, issues: list[Issue]) -> Resource:
    kind = raw.get("resourceType")
    if not isinstance(kind, str):
        issues.append(error(IssueCode.REQUIRED, "Say which kind of resource this is, in resourceType.", path))
        return Resource()
    try:
        return _whole(KINDS.get(kind, Resource), raw, path)
    except MessageRefused as refused:
        issues.extend(refused.issues)
        return Resource()


def _contained(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    inner = raw.get("contained")
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []


def _whole(kind: type[E], raw: object, path: str) -> E:
    try:
        element = kind.model_validate(raw)
    except ValidationError as wrong:
        raise MessageRefused(
            [error(code, field.detail, field.pointer) for code, field in mistakes_at(wrong, path)]
        ) from wrong
    element.place(path)
    return element


def _repeated_urls(entries: Sequence[_Entry]) -> Iterator[Issue]:
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        if entry.full_url is None:
            continue
        if entry.full_url in seen:
            place = f"Bundle.entry[{position}].fullUrl"
            yield error(IssueCode.INVARIANT, "Give each entry a fullUrl of its own.", place)
        seen.add(entry.full_url)


def _deleted(entries: Sequence[_Entry]) -> Iterator[Issue]:
    """Entries that ask for their resource to be deleted: to read it as said would turn it round."""
    for entry in entries:
        if entry.request and (entry.request.method or "").upper() == "DELETE":
            advice = "Leave this entry out: what is to be deleted is not said here."
            yield error(IssueCode.NOT_SUPPORTED, advice, entry.request.at("method"))


def _path(base: str, pointer: str) -> str:
    path = base
    for part in pointer.split("/")[1:]:
        path += f"[{part}]" if part.isdigit() else f".{part}"
    return path
