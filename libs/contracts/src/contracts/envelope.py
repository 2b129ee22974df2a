"""The envelope: CloudEvents 1.0 attributes and Frontdoor's extensions, in Kafka's binary binding."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from contracts.bounds import INTEGER, holds_time
from contracts.problems import Invalid

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/json"

NO_PARTNERSHIP: Final = "unknown"
"""What events say that concern no partnership: an operator's act on a message that named none, or a look of somebody
without one that was refused."""

NAME_PATTERN: Final = r"^[A-Za-z0-9._:-]{1,100}$"
SUBJECT_PATTERN: Final = r"^[a-z][a-z-]{0,49}(/[A-Za-z0-9._:-]{1,100}){1,2}$"
TYPE_PATTERN: Final = r"^[a-z-]+(\.[a-z-]+)+\.v[1-9][0-9]{0,2}$"
MOST_TYPE: Final = 100
MOST_SUBJECT: Final = 200

_MOST_HEADER_BYTES: Final = 200
_UUID: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SERVICE: Final = r"[a-z][a-z-]{0,49}"
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    kind: re.compile(shape)
    for kind, shape in {
        "referral": _UUID,
        "case": _UUID,
        "notice": _UUID,
        "partner": r"[a-z0-9][a-z0-9-]{1,59}",
        "access": f"{_SERVICE}/{_UUID}",
        "parked": f"{_SERVICE}/{_UUID}",
    }.items()
}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_ATTRIBUTES: Final = frozenset(
    {
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_sequence",
        "ce_partnership",
        "ce_correlationid",
        "ce_causationid",
        "content-type",
    }
)


def _known_shape(subject: str) -> str:
    """An aggregate of a kind we know is named as its owner names it; kinds of a newer owner only look alike."""
    kind, _, rest = subject.partition("/")
    shape = _SHAPES.get(kind)
    if shape is not None and not shape.fullmatch(rest):
        raise ValueError("the subject does not name an aggregate of its kind")
    return subject


def _trace(traceparent: str) -> str:
    if not _TRACEPARENT.fullmatch(traceparent):
        raise ValueError("the trace context is not W3C's")
    return traceparent


def _possible(at: datetime) -> datetime:
    if not holds_time(at):
        raise ValueError("the time is out of bounds")
    return at


class Envelope(BaseModel):
    """What every event says about itself. Holds opaque ids, codes and times only: no personal data.

    ``subject`` is the aggregate (``kind/id``); ``sequence`` is its version, from 1, without gaps;
    ``correlation_id`` is the referral, which is also the Kafka key; ``causation_id`` the event that led here.

    This is the door: whatever passes it fits every column, header and log entry that it is ever written to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: UUID
    source: str = Field(pattern=NAME_PATTERN)
    type: str = Field(pattern=TYPE_PATTERN, max_length=MOST_TYPE)
    subject: Annotated[str, AfterValidator(_known_shape)] = Field(pattern=SUBJECT_PATTERN, max_length=MOST_SUBJECT)
    time: Annotated[AwareDatetime, AfterValidator(_possible)]
    sequence: int = Field(ge=1, le=INTEGER)
    partnership: str = Field(pattern=NAME_PATTERN)
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: Annotated[str, AfterValidator(_trace)] | None = None

    @property
    def key(self) -> bytes:
        """The Kafka key: one referral stays in one partition, so in one order."""
        return str(self.correlation_id).encode()

    def to_headers(self) -> list[tuple[str, bytes]]:
        """Kafka headers of the binary binding; absent optional attributes are left out."""
        pairs: list[tuple[str, object | None]] = [
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", self.id),
            ("ce_source", self.source),
            ("ce_type", self.type),
            ("ce_subject", self.subject),
            ("ce_time", self.time.isoformat()),
            ("ce_sequence", self.sequence),
            ("ce_partnership", self.partnership),
            ("ce_correlationid", self.correlation_id),
            ("ce_causationid", self.causation_id),
            ("traceparent", self.traceparent),
            ("content-type", CONTENT_TYPE),
        ]
        return [(name, str(value).encode()) for name, value in pairs if value is not None]

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes | None]]) -> Self:
        """Read the binary binding; headers we do not know are ignored.

        Ids and numbers are accepted in the one form we write, times in any form of RFC 3339. A ``traceparent`` that
        is not W3C's is dropped: a broken trace is no reason to hold a referral up.
        Raises ``Invalid`` when an attribute is missing, given twice, malformed or out of bounds, never echoing it.
        """
        given = list(headers)
        try:
            named = _named(given)
            return cls(
                id=_id(named["ce_id"]),
                source=named["ce_source"],
                type=named["ce_type"],
                subject=named["ce_subject"],
                time=_instant(named["ce_time"]),
                sequence=_number(named["ce_sequence"]),
                partnership=named["ce_partnership"],
                correlation_id=_id(named["ce_correlationid"]),
                causation_id=_id(named["ce_causationid"]) if "ce_causationid" in named else None,
                traceparent=_traceparent(given),
            )
        except (KeyError, ValueError, OverflowError) as error:
            raise Invalid("The message headers are not a CloudEvent of this system") from error


def _named(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """The CloudEvents attributes by name. Raises ``Invalid`` or ``ValueError``."""
    named: dict[str, str] = {}
    for name, value in headers:
        if name not in _ATTRIBUTES:
            continue
        if name in named:
            raise Invalid("A message header is given twice")
        if value is None or len(value) > _MOST_HEADER_BYTES:
            raise Invalid("A message header is empty or too long")
        named[name] = value.decode("ascii")
    if named.get("ce_specversion") != SPEC_VERSION:
        raise Invalid("ce_specversion must be 1.0")
    if named.get("content-type", CONTENT_TYPE) != CONTENT_TYPE:
        raise Invalid("content-type must be application/json")
    return named


def _id(text: str) -> UUID:
    """Python reads braces, URNs, capitals and ids without hyphens too: two names for one thing."""
    found = UUID(text)
    if str(found) != text:
        raise ValueError("an id is not in its canonical form")
    return found


def _number(text: str) -> int:
    """Python reads spaces, underscores and other scripts' digits too."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number is not in its canonical form")
    return int(text)


def _instant(text: str) -> datetime:
    """Python reads weeks, dates alone and times without zones too."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("a time is not as RFC 3339 writes it")
    return datetime.fromisoformat(text)


def _traceparent(headers: Iterable[tuple[str, bytes | None]]) -> str | None:
    """The trace to go on with; None when there is none, several, or what is no trace."""
    found = [value for name, value in headers if name == "traceparent"]
    text = (found[0] or b"").decode("ascii", errors="replace") if len(found) == 1 else ""
    return text if _TRACEPARENT.fullmatch(text) else None
