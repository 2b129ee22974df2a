"""A disclosure receipt: entries of one referral that prove themselves, in one JSON file. Pure."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from audit.checkpoint import VerifierKey, open_checkpoint
from audit.commitment import SALT_BYTES, Opening, commit
from audit.merkle import VerificationError, leaf_hash, verify_inclusion
from audit.quorum import Quorum, Witnessed

FORMAT: Final = "frontdoor-disclosure-receipt/1"


@dataclass(frozen=True)
class ReceiptReport:
    """What a receipt proves: these entries of one referral stand in the log that this key signed.

    ``partial_aggregates`` have versions that are not in the file; what they were, it does not say.
    """

    referral_id: str
    made_for: str
    origin: str
    size: int
    root: str
    key: str
    entries: int
    destroyed: int
    aggregates: int
    partial_aggregates: int
    witnessed: Witnessed | None = None


@dataclass(frozen=True)
class _Proven:
    """One entry as the file holds it; nothing of it is proven yet."""

    index: int
    opening: Opening
    proof: list[bytes]


def verify_receipt(file: bytes, key: VerifierKey, *, quorum: Quorum | None = None) -> ReceiptReport:
    """Check every entry of the file against the checkpoint in it, and that against ``key`` and the witnesses' keys.

    Raises ``VerificationError`` naming the first thing found wrong.
    """
    said = _read(file)
    note = _text(said, "checkpoint").encode()
    checkpoint = open_checkpoint(note, key)
    cosignatures = tuple(quorum.check(note)) if quorum else ()
    referral_id = _text(said, "referral_id")
    versions: dict[str, list[int]] = {}
    for proven in _entries(said):
        leaf = leaf_hash(commit(proven.opening))
        verify_inclusion(leaf, proven.index, size=checkpoint.size, proof=proven.proof, root=checkpoint.root)
        subject, version = _of_referral(proven, referral_id)
        versions.setdefault(subject, []).append(version)
    return ReceiptReport(
        referral_id=referral_id,
        made_for=_text(said, "made_for"),
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        key=str(key),
        entries=sum(map(len, versions.values())),
        destroyed=_number(said, "destroyed"),
        aggregates=len(versions),
        partial_aggregates=sum(held != list(range(1, len(held) + 1)) for held in versions.values()),
        witnessed=Witnessed(checkpoint, quorum.needed, cosignatures) if quorum else None,
    )


def _entries(said: dict[str, Any]) -> Sequence[_Proven]:
    """In the order of the log, none twice."""
    listed = said.get("entries")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise VerificationError("The receipt has no list of entries")
    entries = [_entry(each) for each in listed]
    indexes = [entry.index for entry in entries]
    if indexes != sorted(set(indexes)):
        raise VerificationError("The receipt's entries are not in the order of the log, or one is there twice")
    return entries


def _entry(said: dict[str, Any]) -> _Proven:
    proof = said.get("proof")
    if not isinstance(proof, list):
        raise VerificationError("An entry of the receipt has no proof")
    salt = _raw(said.get("salt"))
    if len(salt) != SALT_BYTES:
        raise VerificationError("An entry of the receipt has no salt of the right length")
    return _Proven(
        _number(said, "leaf_index"), Opening(salt, _text(said, "entry").encode()), [_raw(item) for item in proof]
    )


def _of_referral(proven: _Proven, referral_id: str) -> tuple[str, int]:
    """Which version of what the entry is. Raises ``VerificationError`` when it is another referral's."""
    try:
        event = json.loads(proven.opening.entry)
        of, subject, version = event["correlationid"], event["subject"], event["sequence"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise VerificationError(f"Entry {proven.index} is not a readable event") from error
    if of != referral_id or not isinstance(subject, str) or type(version) is not int:
        raise VerificationError(f"Entry {proven.index} is not of the referral that the receipt names")
    return subject, version


def _read(file: bytes) -> dict[str, Any]:
    try:
        said = json.loads(file)
    except (ValueError, RecursionError) as error:
        raise VerificationError("The receipt is not JSON") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise VerificationError(f"The file is not a receipt of the form {FORMAT}")
    try:
        UUID(_text(said, "referral_id"))
    except ValueError as error:
        raise VerificationError("The receipt does not name a referral") from error
    return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise VerificationError(f"The receipt lacks {name}")
    return value


def _number(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if type(value) is not int:
        raise VerificationError(f"The receipt lacks {name}")
    return value


def _raw(value: object) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "*", validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("A hash or salt of the receipt is not base64") from error
