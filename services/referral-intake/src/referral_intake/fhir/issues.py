"""Issues: one thing to say about a message, and where in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from contracts.problems import Invalid
from referral_intake.fhir.r4.names import fhir_path


class Severity(StrEnum):
    """How bad it is: with an error, nothing was accepted. HL7 value set ``issue-severity``."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class IssueCode(StrEnum):
    """What kind of thing it is. HL7 value set ``issue-type``, as far as it is needed."""

    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    EXTENSION = "extension"
    SUPPRESSED = "suppressed"
    NOT_FOUND = "not-found"
    NOT_SUPPORTED = "not-supported"
    TOO_LONG = "too-long"
    TOO_COSTLY = "too-costly"
    BUSINESS_RULE = "business-rule"
    DUPLICATE = "duplicate"
    INFORMATIONAL = "informational"
    PROCESSING = "processing"
    LOGIN = "login"
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"
    TIMEOUT = "timeout"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    EXCEPTION = "exception"


@dataclass(frozen=True)
class Issue:
    """One thing to say. ``advice`` says what to do and never repeats what was sent; ``places`` are FHIRPath."""

    severity: Severity
    code: IssueCode
    advice: str
    places: tuple[str, ...] = ()
    coding: tuple[str, str] | None = None  # system and code


def error(code: IssueCode, advice: str, *places: str) -> Issue:
    """A reason to refuse the message. ``places``: as its JSON names them, or in FHIRPath."""
    return Issue(Severity.ERROR, code, advice, tuple(dict.fromkeys(map(fhir_path, places))))


class MessageRefused(Invalid):
    """A message that cannot be taken, with every reason."""

    slug: ClassVar[str] = "message-refused"
    title: ClassVar[str] = "We cannot take this message"

    def __init__(self, issues: Sequence[Issue], *, status: int = 422) -> None:
        super().__init__()
        self.issues = tuple(issues)
        self.http_status = status
