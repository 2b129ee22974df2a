"""What the log knows of its witnesses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from audit.checkpoint import VerifierKey
from audit.cosignature import Cosignature
from audit.quorum import Quorum


class Outcome(StrEnum):
    """How a witness answered the last time it was asked."""

    COSIGNED = "cosigned"
    BEHIND = "behind"  # 409: it knows another size than we thought; it is asked again from there
    AHEAD = "ahead"  # 409: it has seen more of this log than this log has
    REFUSED = "refused"  # 422: what we sent does not extend what it saw, so one of two histories is hidden
    UNKNOWN_LOG = "unknown-log"  # 404: it does not know our origin
    UNKNOWN_KEY = "unknown-key"  # 403: it does not trust our key
    MALFORMED = "malformed"  # 400: it could not read what we sent
    UNVERIFIABLE = "unverifiable"  # an answer that proves nothing: no valid cosignature, or no size
    AWAY = "away"  # no answer in time, or one that says to come again
    UNPROVABLE = "unprovable"  # we could not make the proof: our stored tree lacks a tile


INCIDENTS = frozenset({Outcome.AHEAD, Outcome.REFUSED, Outcome.UNPROVABLE})
"""What only a log that lost or rewrote its history (or a witness that lies) meets: somebody has to look."""


@dataclass(frozen=True)
class Policy:
    """Where each witness is asked, by its key, and how many must have cosigned for a checkpoint to be witnessed."""

    urls: Mapping[VerifierKey, str] = field(default_factory=dict)
    needed: int = 0

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a policy that cannot be met, or that one witness could meet by itself."""
        if self.urls or self.needed:
            Quorum(tuple(self.urls), self.needed)

    @property
    def lines(self) -> list[str]:
        """The verifier keys as lines, which is how the database names witnesses."""
        return [str(key) for key in self.urls]


@dataclass(frozen=True)
class Answer:
    """What a witness's answer comes to. ``size`` is the tree that it says it knows of this log, when it says so."""

    outcome: Outcome
    size: int | None = None
    cosignature: Cosignature | None = None


@dataclass(frozen=True)
class Known:
    """The last that is known of one witness. ``size`` is what it said last; only a cosignature proves it.

    ``failing_since`` is the first of the failures since it last cosigned.
    """

    size: int
    outcome: Outcome
    asked_at: datetime
    failing_since: datetime | None


@dataclass(frozen=True)
class Standing:
    """How far the log is signed and witnessed; ``unwitnessed_since`` is when the first later checkpoint was signed."""

    signed_size: int
    witnessed_size: int | None
    unwitnessed_since: datetime | None
