"""Proofs made for those who would rather not fetch tiles themselves. They need no trust: check them.

They are asked for by place alone: to be found by an event's or referral's id would show that the log holds it.
"""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from audit import store
from audit.api.dependencies import Injected
from audit.errors import NotInLog
from audit.merkle import leaf_hash
from audit.proofs import prove_consistency, prove_inclusion
from audit.witnesses.store import cosigned
from contracts.problems import FieldError, Invalid

router = APIRouter(prefix="/v1/proofs", tags=["proofs"])

Size = Annotated[int, Query(ge=0, le=2**62)]
LeafIndex = Annotated[int, Query(ge=0, le=2**62, description="The entry's place, as a receipt names it.")]


class InclusionProof(BaseModel):
    """All that is needed, beside the verifier key, to check that a leaf is in the log. Hashes are base64."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    tree_size: int
    leaf_hash: str
    root_hash: str
    proof: list[str] = Field(description="From the leaf up, as RFC 9162 orders it.")
    leaf: str = Field(description="The leaf in base64: a commitment, which only entry and salt can open.")
    checkpoint: str = Field(description="The signed note that covers it, with the cosignatures it has so far.")


class ConsistencyProof(BaseModel):
    """That the log at the newer size only added to the older one. Hashes are base64."""

    model_config = ConfigDict(frozen=True)

    old_size: int
    new_size: int
    old_root_hash: str
    new_root_hash: str
    proof: list[str]


@router.get("/inclusion", summary="Prove that a leaf is in the log")
async def inclusion(leaf_index: LeafIndex, dependencies: Injected) -> InclusionProof:
    """For the last checkpoint, whichever earlier one a receipt was made under."""
    async with dependencies.db.transaction() as tx:
        checkpoint = await store.get_checkpoint(tx)
        proof = await prove_inclusion(tx, leaf_index, size=checkpoint.size)
        note = await cosigned(tx, checkpoint)
        leaf = await store.get_leaf(tx, leaf_index)
    return InclusionProof(
        leaf_index=leaf_index,
        tree_size=checkpoint.size,
        leaf_hash=_text(leaf_hash(leaf)),
        root_hash=_text(proof.root),
        proof=[_text(item) for item in proof.hashes],
        leaf=_text(leaf),
        checkpoint=note,
    )


@router.get("/consistency", summary="Prove that the log only grew")
async def consistency(old: Size, new: Size, dependencies: Injected) -> ConsistencyProof:
    """Between any two sizes up to the last checkpoint's."""
    if old > new:
        raise Invalid(errors=(FieldError("query:old", "Give the smaller size as old and the larger as new"),))
    async with dependencies.db.transaction() as tx:
        if new > (await store.get_checkpoint(tx)).size:
            raise NotInLog("The log has not signed this many entries yet")
        old_root, proof = await prove_consistency(tx, old, new)
    return ConsistencyProof(
        old_size=old,
        new_size=new,
        old_root_hash=_text(old_root),
        new_root_hash=_text(proof.root),
        proof=[_text(item) for item in proof.hashes],
    )


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
