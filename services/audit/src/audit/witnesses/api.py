"""How far the log is witnessed, for anybody without asking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from audit import store
from audit.api.dependencies import Injected
from audit.api.log import A_MOMENT, TEXT
from audit.checkpoint import VerifierKey
from audit.errors import NotWitnessed
from audit.witnesses import store as witness_store
from audit.witnesses.model import Known, Outcome
from chassis.web.service_router import ServiceRouter

router = ServiceRouter(tags=["witnesses"])

Cosigned = tuple[int, datetime]


class WitnessState(BaseModel):
    """One witness: the largest checkpoint it cosigned, and how it answered last."""

    model_config = ConfigDict(frozen=True)

    name: str
    key: str = Field(description="Its verifier key, as signed notes write it. Ask the witness itself whether it is.")
    cosigned_size: int | None = Field(description="Null when it has never cosigned this log.")
    cosigned_at: datetime | None = Field(description="By the witness's own clock.")
    outcome: Outcome | None = Field(description="Null when it was never asked.")
    failing_since: datetime | None

    @classmethod
    def of(cls, key: VerifierKey, known: Known | None, cosigned: Cosigned | None) -> Self:
        """From what is stored."""
        size, at = cosigned or (None, None)
        outcome, since = (known.outcome, known.failing_since) if known else (None, None)
        return cls(
            name=key.name, key=str(key), cosigned_size=size, cosigned_at=at, outcome=outcome, failing_since=since
        )


_EXAMPLE: Mapping[str, Any] = {
    "needed": 1,
    "signed_size": 1042,
    "signed_at": "2026-11-23T09:30:04Z",
    "witnessed_size": 1040,
    "unwitnessed_since": "2026-11-23T09:30:00Z",
    "witnesses": [
        {
            "name": "witness.example.org/one",
            "key": "witness.example.org/one+58fc1d7f+BG5FQ7IdVEiMhAULv/XbhzkDVPwIkgX0TCTtIZgbIbFQ",
            "cosigned_size": 1040,
            "cosigned_at": "2026-11-23T09:29:58Z",
            "outcome": "cosigned",
            "failing_since": None,
        }
    ],
}


class Witnessing(BaseModel):
    """How far the log is signed, and how far at least ``needed`` witnesses have cosigned it."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [dict(_EXAMPLE)]})

    needed: int = Field(description="So many of the witnesses make a checkpoint witnessed; 0 when there are none.")
    signed_size: int
    signed_at: datetime | None = Field(description="When the last checkpoint was signed; null before the first.")
    witnessed_size: int | None = Field(description="Null when no checkpoint is witnessed.")
    unwitnessed_since: datetime | None = Field(
        description="When the first checkpoint after the last witnessed one was signed; null when there is none."
    )
    witnesses: list[WitnessState]


@router.get("/v1/witnesses", summary="Who cosigns the log, and how far it is witnessed")
async def read_witnesses(dependencies: Injected) -> Witnessing:
    """Of the witnesses that the log is set to ask. Whom you trust is yours to say: check the cosignatures."""
    policy, lines = dependencies.witnesses, dependencies.witnesses.lines
    async with dependencies.db.transaction() as tx:
        standing = await witness_store.find_standing(tx, lines, policy.needed)
        known = await witness_store.find_known(tx, lines)
        newest = await witness_store.find_newest(tx, lines)
        last = await store.find_checkpoint(tx)
    return Witnessing(
        needed=policy.needed,
        signed_size=standing.signed_size,
        signed_at=last.signed_at if last is not None else None,
        witnessed_size=standing.witnessed_size,
        unwitnessed_since=standing.unwitnessed_since,
        witnesses=[WitnessState.of(key, known.get(str(key)), newest.get(str(key))) for key in policy.urls],
    )


@router.get(
    "/witnessed-checkpoint", summary="The last checkpoint that enough witnesses cosigned", response_class=Response
)
async def read_witnessed_checkpoint(dependencies: Injected) -> Response:
    """With their cosignatures, as one C2SP signed note. It may be a little older than ``/checkpoint``."""
    policy = dependencies.witnesses
    async with dependencies.db.transaction() as tx:
        standing = await witness_store.find_standing(tx, policy.lines, policy.needed)
        if standing.witnessed_size is None:
            raise NotWitnessed
        note = await witness_store.cosigned(tx, await store.get_checkpoint(tx, standing.witnessed_size))
    return Response(note, media_type=TEXT, headers=A_MOMENT)
