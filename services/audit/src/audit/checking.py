"""Checking what somebody was given against the log as it stands: the file by itself first, then our own history."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from audit import store
from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.inclusion import FIELDS, verify_inclusion_file
from audit.merkle import VerificationError
from audit.proofs import prove_consistency
from audit.receipt import FORMAT, verify_receipt
from chassis.db import Transaction
from contracts.problems import FieldError, Invalid

Kind = Literal["receipt", "inclusion-proof"]

RECEIPT: Final = "receipt"
INCLUSION: Final = "inclusion-proof"


@dataclass(frozen=True)
class Proven:
    """What a file proves by itself: so many entries, under this checkpoint."""

    checkpoint: Checkpoint
    entries: int
    destroyed: int


@dataclass(frozen=True)
class Finding:
    """What came of a check. ``wrong`` is the first thing that does not hold; None when everything does.

    ``in_this_log``: the checkpoint is one of this log's own history. ``complete_to``: how far that is signed now.
    """

    kind: Kind
    proven: Proven | None
    wrong: str | None
    in_this_log: bool
    complete_to: int


def kind_of(file: Mapping[str, Any]) -> Kind:
    """What the file is. Raises ``Invalid`` for anything else."""
    if file.get("format") == FORMAT:
        return RECEIPT
    if file.keys() >= FIELDS:
        return INCLUSION
    advice = "Send a whole disclosure receipt or a whole inclusion proof, as the log gave it"
    raise Invalid(errors=(FieldError("/file", advice),))


async def check(tx: Transaction, file: Mapping[str, Any], key: VerifierKey) -> Finding:
    """Whether the file proves what it says, and whether this log still stands by it. Raises ``Invalid``."""
    kind, signed = kind_of(file), await store.find_signed_size(tx)
    try:
        proven = _proven(kind, file, key)
    except VerificationError as error:
        return Finding(kind, None, str(error), in_this_log=False, complete_to=signed)
    wrong = await _not_ours(tx, proven.checkpoint, signed)
    return Finding(kind, proven, wrong, in_this_log=wrong is None, complete_to=signed)


def _proven(kind: Kind, file: Mapping[str, Any], key: VerifierKey) -> Proven:
    if kind == INCLUSION:
        return Proven(verify_inclusion_file(file, key), entries=1, destroyed=0)
    report = verify_receipt(json.dumps(file).encode(), key)
    checkpoint = open_checkpoint(str(file["checkpoint"]).encode(), key)
    return Proven(checkpoint, entries=report.entries, destroyed=report.destroyed)


async def _not_ours(tx: Transaction, checkpoint: Checkpoint, signed: int) -> str | None:
    """Why the checkpoint is none of this log's history: it is signed by our key, so one history is hidden."""
    if checkpoint.size > signed:
        return f"The checkpoint covers {checkpoint.size} entries, and this log has signed {signed}"
    root, _ = await prove_consistency(tx, checkpoint.size, signed)
    if root != checkpoint.root:
        return f"This log had another root when it held {checkpoint.size} entries"
    return None
