"""Proofs made for those who would rather not fetch tiles themselves. They need no trust: check them.

They are asked for by place alone: to be found by an event's or referral's id would show that the log holds it.
"""

from base64 import b64encode
from typing import Annotated, Any, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from audit import checking, store
from audit.api.dependencies import Injected
from audit.checking import Finding, Kind
from audit.errors import NotInLog
from audit.merkle import leaf_hash
from audit.proofs import prove_consistency, prove_inclusion
from audit.witnesses.store import cosigned
from chassis.web.auth import SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.problems import FieldError, Invalid

router = ServiceRouter(prefix="/v1/proofs", tags=["proofs"])

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


class ProofFile(BaseModel):
    """A disclosure receipt or an inclusion proof, whole, as the log gave it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    file: dict[str, Any]


class CheckedFile(BaseModel):
    """What came of checking a file. It needs no trust: the same is checked with ``python -m audit.verify``."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    holds: bool = Field(description="True when everything holds: the file by itself, and this log's own history.")
    wrong: str | None = Field(description="The first thing that does not hold, in words.")
    in_this_log: bool = Field(description="Whether the checkpoint of the file is one of this log's own history.")
    entries: int = Field(description="How many entries the file proves; 0 when it proves none.")
    destroyed: int = Field(description="How many more there were, as the file says, whose text was destroyed.")
    size: int | None = Field(description="How many entries the checkpoint of the file covers.")
    complete_to: int = Field(description="How many entries the last checkpoint of this log covers.")
    key: str = Field(description="The verifier key it was checked with. Keep a copy of your own.")

    @classmethod
    def of(cls, finding: Finding, *, key: str) -> Self:
        """The answer."""
        proven = finding.proven
        return cls(
            kind=finding.kind,
            holds=finding.wrong is None,
            wrong=finding.wrong,
            in_this_log=finding.in_this_log,
            entries=proven.entries if proven else 0,
            destroyed=proven.destroyed if proven else 0,
            size=proven.checkpoint.size if proven else None,
            complete_to=finding.complete_to,
            key=key,
        )


@router.post("/check", summary="Check a receipt or a proof that somebody was given")
async def check(body: ProofFile, dependencies: Injected, _: SignedIn) -> CheckedFile:
    """For anybody who is signed in. The file is checked and not kept, and this says nothing that is not public."""
    async with dependencies.db.transaction() as tx:
        finding = await checking.check(tx, body.file, dependencies.key)
    return CheckedFile.of(finding, key=str(dependencies.key))


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
