"""An inclusion proof as a file: one leaf of the log, and all that proves it but the key. Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.merkle import VerificationError, leaf_hash, verify_inclusion

FIELDS: Final = frozenset({"leaf_index", "tree_size", "leaf_hash", "root_hash", "proof", "leaf", "checkpoint"})
"""What the file holds, as ``GET /v1/proofs/inclusion`` answers it."""


def verify_inclusion_file(said: Mapping[str, Any], key: VerifierKey) -> Checkpoint:
    """The checkpoint under which the leaf is proven, signed by ``key``.

    Raises ``VerificationError`` naming the first thing found wrong.
    """
    if not isinstance(said.get("checkpoint"), str) or type(said.get("leaf_index")) is not int:
        raise VerificationError("The proof lacks its checkpoint or its place in the log")
    proof = said.get("proof")
    if not isinstance(proof, list):
        raise VerificationError("The proof has no list of hashes")
    checkpoint = open_checkpoint(said["checkpoint"].encode(), key)
    if said.get("tree_size") != checkpoint.size or _raw(said.get("root_hash")) != checkpoint.root:
        raise VerificationError("The proof names another size or root than its checkpoint")
    found = leaf_hash(_raw(said.get("leaf")))
    if found != _raw(said.get("leaf_hash")):
        raise VerificationError("The proof names another leaf hash than its leaf has")
    hashes = [_raw(item) for item in proof]
    verify_inclusion(found, said["leaf_index"], size=checkpoint.size, proof=hashes, root=checkpoint.root)
    return checkpoint


def _raw(value: object) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "*", validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("A hash or the leaf of the proof is not base64") from error
