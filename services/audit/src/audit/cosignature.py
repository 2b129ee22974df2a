"""C2SP cosignatures: a witness's signed statement of the largest tree of a log that it knows, and when it said so.

Only ``cosignature/v1`` with Ed25519 (c2sp.org/tlog-cosignature). Lines of other keys and other types are ignored, as
the format asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.checkpoint import VerifierKey, check_signature, read_signatures, signature_line, split_note
from audit.merkle import VerificationError

COSIGNATURE_V1: Final = b"\x04"  # the signature type of signed-note
_TIME_BYTES: Final = 8
_MAX_TIME: Final = 253_402_300_799
"""The end of the year 9999. The format goes further, and lets times that are still to come be refused."""


@dataclass(frozen=True)
class Cosignature:
    """One witness's verified signature over one checkpoint; ``time`` in seconds since 1970, by its own clock."""

    key: VerifierKey
    time: int
    signature: bytes

    @property
    def line(self) -> str:
        """As a note carries it."""
        return signature_line(self.key, self.time.to_bytes(_TIME_BYTES, "big") + self.signature)


def parse_witness_key(text: str) -> VerifierKey:
    """Read a witness's verifier key line. Raises ``VerificationError``."""
    return VerifierKey.parse(text, kind=COSIGNATURE_V1)


def read_cosignatures(note: bytes, keys: Sequence[VerifierKey]) -> list[Cosignature]:
    """The newest cosignature of each of these witnesses under a note, in the order of ``keys``.

    Raises ``VerificationError`` for a malformed note, and when any signature of a known witness is not valid. Whose
    checkpoint it is has to be checked by the log's own key.
    """
    text, lines = split_note(note)
    return verify_lines(text, lines, keys)


def verify_lines(text: str, lines: str, keys: Sequence[VerifierKey]) -> list[Cosignature]:
    """The same, for signature lines that came apart from the ``text`` that they sign."""
    signatures = read_signatures(lines)
    found: list[Cosignature] = []
    for key in keys:
        own = [body for name, key_id, body in signatures if (name, key_id) == (key.name, key.key_id)]
        found += sorted((_open(text, body, key) for body in own), key=lambda each: each.time)[-1:]
    return found


def signed_message(text: str, time: int) -> bytes:
    """What a witness signs: that at this ``time`` the log's largest tree it knows is the checkpoint's."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _open(text: str, body: bytes, key: VerifierKey) -> Cosignature:
    time, signature = int.from_bytes(body[:_TIME_BYTES], "big"), body[_TIME_BYTES:]
    if not 0 < time <= _MAX_TIME:
        raise VerificationError(f"The cosignature by {key.name} does not say when it was made")
    check_signature(signed_message(text, time), signature, key)
    return Cosignature(key, time, signature)
