"""The envelope: CloudEvents 1.0 attributes and Frontdoor's extensions, in Kafka's binary binding."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.problems import Invalid

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/json"

NO_PARTNERSHIP: Final = "unknown"
"""What events say that concern no partnership, such as an operator's act on a message that named none."""

NAME_PATTERN: Final = r"^[A-Za-z0-9._-]{1,100}$"
SUBJECT_PATTERN: Final = r"^[A-Za-z0-9._/-]{3,200}$"
"""Control characters must not get in: a NUL cannot be stored, and would stop every reader for good."""

TYPE_PATTERN: Final = r"^[a-z-]+(\.[a-z-]+)+\.v[0-9]+$"


class Envelope(BaseModel):
    """What every event says about itself. Holds opaque ids, codes and times only: no personal data.

    ``subject`` is the aggregate (``kind/id``); ``sequence`` is its version, from 1, without gaps;
    ``correlation_id`` is the referral, which is also the Kafka key; ``causation_id`` the event that led here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    source: str = Field(pattern=NAME_PATTERN)
    type: str = Field(pattern=TYPE_PATTERN)
    subject: str = Field(pattern=SUBJECT_PATTERN)
    time: AwareDatetime
    sequence: int = Field(ge=1)
    partnership: str = Field(pattern=NAME_PATTERN)
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None

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
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> Self:
        """Read the binary binding; headers we do not know are ignored.

        Raises ``Invalid`` when a required attribute is missing or malformed, never echoing it.
        """
        try:
            named = {name: value.decode() for name, value in headers}
            if named.get("ce_specversion") != SPEC_VERSION:
                raise Invalid("ce_specversion must be 1.0")
            return cls(
                id=UUID(named["ce_id"]),
                source=named["ce_source"],
                type=named["ce_type"],
                subject=named["ce_subject"],
                time=datetime.fromisoformat(named["ce_time"]),
                sequence=int(named["ce_sequence"]),
                partnership=named["ce_partnership"],
                correlation_id=UUID(named["ce_correlationid"]),
                causation_id=UUID(named["ce_causationid"]) if "ce_causationid" in named else None,
                traceparent=named.get("traceparent"),
            )
        except (KeyError, ValueError) as error:
            raise Invalid("The message headers are not a CloudEvent of this system") from error
