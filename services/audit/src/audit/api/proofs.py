"""Proofs made for those who would rather not fetch tiles themselves. They need no trust: check them."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

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


class InclusionProof(BaseModel):
    """All that is needed, beside the verifier key, to check that one event is in the log. Hashes are base64."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    tree_size: int
    leaf_hash: str
    root_hash: str
    proof: list[str] = Field(description="From the leaf up, as RFC 9162 orders it.")
    entry: str = Field(description="The entry's exact text; its UTF-8 bytes are the leaf.")
    checkpoint: str = Field(description="The signed note that covers it, with the cosignatures it has so far.")


class ConsistencyProof(BaseModel):
    """That the log at the newer size only added to the older one. Hashes are base64."""

    model_config = ConfigDict(frozen=True)

    old_size: int
    new_size: int
    old_root_hash: str
    new_root_hash: str
    proof: list[str]


@router.get("/inclusion", summary="Prove that an event is in the log")
async def inclusion(event_id: UUID, dependencies: Injected) -> InclusionProof:
    """For the last checkpoint. An event that was read but is not signed yet answers 404 for a moment."""
    async with dependencies.db.transaction() as tx:
        found = await store.find_leaf(tx, event_id)
        if found is None:
            raise NotInLog
        (index, body), checkpoint = found, await store.get_checkpoint(tx)
        proof, note = await prove_inclusion(tx, index, size=checkpoint.size), await cosigned(tx, checkpoint)
    return InclusionProof(
        leaf_index=index,
        tree_size=checkpoint.size,
        leaf_hash=_text(leaf_hash(body)),
        root_hash=_text(proof.root),
        proof=[_text(item) for item in proof.hashes],
        entry=body.decode(),
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
