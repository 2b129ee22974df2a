"""The log's side of c2sp.org/tlog-witness: how ``add-checkpoint`` is asked, and what each answer means."""

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from audit.checkpoint import VerifierKey, split_note
from audit.cosignature import verify_lines
from audit.merkle import VerificationError
from audit.witnesses.model import Answer, Outcome

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
MAX_SIZE: Final = 2**63 - 1
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_MEANING: Final = {
    400: Outcome.MALFORMED,
    403: Outcome.UNKNOWN_KEY,
    404: Outcome.UNKNOWN_LOG,
    # Without a size a 409 says what 422 does: an edition of the format answers so when two trees of one size differ.
    409: Outcome.REFUSED,
    422: Outcome.REFUSED,
}


def write_request(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """The body of ``add-checkpoint``: the size that the witness has, the way from there, and the checkpoint."""
    lines = [f"old {old_size}", *(b64encode(item).decode() for item in proof), "", note]
    return "\n".join(lines).encode()


def read_answer(status: int, content_type: str, body: bytes, *, note: str, key: VerifierKey) -> Answer:
    """What an answer means for the checkpoint in ``note``. Never raises: a witness may answer anything."""
    match status:
        case 200:
            return _read_cosignature(body, note, key)
        case 409 if content_type.partition(";")[0].strip() == SIZE_TYPE:
            return _read_size(body)
        case _:
            return Answer(_MEANING.get(status, Outcome.AWAY))


def _read_size(body: bytes) -> Answer:
    match = _SIZE.fullmatch(body)
    if match is None or int(match[1]) > MAX_SIZE:
        return Answer(Outcome.UNVERIFIABLE)
    return Answer(Outcome.BEHIND, int(match[1]))


def _read_cosignature(body: bytes, note: str, key: VerifierKey) -> Answer:
    """The lines are checked over *our* text: whatever else the answer says cannot move the signature to another."""
    text, _ = split_note(note.encode())
    try:
        found = verify_lines(text, body.decode(), [key])
    except (VerificationError, UnicodeDecodeError):
        found = []
    return Answer(Outcome.COSIGNED, cosignature=found[0]) if found else Answer(Outcome.UNVERIFIABLE)
