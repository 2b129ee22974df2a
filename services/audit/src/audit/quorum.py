"""How many of which witnesses somebody wants to see under a checkpoint, and whether a log shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.cosignature import Cosignature, read_cosignatures
from audit.merkle import VerificationError
from audit.sources import Source

# The last one has the cosignatures that were made so far, which may be none on a busy log.
_PATHS: Final = ("witnessed-checkpoint", "checkpoint")


@dataclass(frozen=True)
class Quorum:
    """How many of which witnesses somebody wants to see under a checkpoint before believing it."""

    keys: tuple[VerifierKey, ...]
    needed: int

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a quorum that cannot be met, or that one witness could meet by itself."""
        check_distinct(self.keys)
        if not self.keys:
            raise ValueError("name the witnesses too, or ask for none")
        if not 1 <= self.needed <= len(self.keys):
            raise ValueError(f"ask for at least 1 and at most {len(self.keys)} of the witnesses")

    def check(self, note: bytes) -> list[Cosignature]:
        """The cosignatures under a note. Raises ``VerificationError`` when there are fewer than needed."""
        found = read_cosignatures(note, self.keys)
        if len(found) < self.needed:
            count = f"{len(found)} of {len(self.keys)} witnesses"
            raise VerificationError(f"The checkpoint is cosigned by {count}, and {self.needed} are needed")
        return found


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint of a log with the cosignatures that it carries."""

    checkpoint: Checkpoint
    needed: int
    cosignatures: tuple[Cosignature, ...]

    def report(self, now: datetime) -> dict[str, Any]:
        """For machines: how many entries, by whom, and how long ago by the witnesses' own clocks.

        ``age_seconds`` is that of the youngest cosignatures that are enough: since then nobody vouches that the log
        has not grown.
        """
        youngest = sorted((each.time for each in self.cosignatures), reverse=True)
        return {
            "size": self.checkpoint.size,
            "needed": self.needed,
            "cosigned_at": {each.key.name: _instant(each.time) for each in self.cosignatures},
            "age_seconds": int(now.timestamp()) - youngest[self.needed - 1],
        }


def _instant(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat()


def check_distinct(keys: Sequence[VerifierKey]) -> None:
    """Raises ``ValueError`` when two of the witnesses have one name or one key: one of them would count twice."""
    for what in ({key.name for key in keys}, {key.public_key for key in keys}):
        if len(what) < len(keys):
            raise ValueError("name each witness once, with a name and a key that no other has")


def read_witnessed(source: Source, key: VerifierKey, quorum: Quorum) -> Witnessed:
    """The last checkpoint that a log shows with enough cosignatures. Raises ``VerificationError`` without one."""
    problem = VerificationError("The log shows no checkpoint")
    for path in _PATHS:
        try:
            note = source.read(path)
            return Witnessed(open_checkpoint(note, key), quorum.needed, tuple(quorum.check(note)))
        except VerificationError as error:
            problem = error
    raise problem
