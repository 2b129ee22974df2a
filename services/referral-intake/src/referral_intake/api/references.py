"""The id behind the reference that somebody reads out on the telephone: for operators, and for those who audit."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Path
from pydantic import BaseModel

from chassis.ids import find_reference
from chassis.web.auth import Principal, signed_in_as
from chassis.web.operator import Operator
from chassis.web.service_router import ServiceRouter
from referral_intake import store
from referral_intake.api.dependencies import Injected
from referral_intake.errors import NoSuchReferral, ReferenceInvalid

router = ServiceRouter()

LOOKED_UP_BY: Final = frozenset({"auditor", "caldicott-guardian", "data-protection-officer", "records-officer"})
"""Who asks other operations about a referral of their partnership by its id, and is read out references."""

LooksUp = Annotated[Principal, Depends(signed_in_as(*sorted(LOOKED_UP_BY)))]


async def read_reference(reference: Annotated[str, Path(max_length=40)]) -> str:
    """FastAPI dependency: the reference that was typed, however it was written. Raises ``ReferenceInvalid``."""
    found = find_reference(reference)
    if found is None:
        raise ReferenceInvalid
    return found


Reference = Annotated[str, Depends(read_reference)]


class Referenced(BaseModel):
    """What is needed to look further: no agency, no child, no content."""

    referral_id: UUID


@router.get("/operator/references/{reference}", tags=["operator"], summary="Find a referral by its reference")
async def find_referral(_: Operator, reference: Reference, dependencies: Injected) -> Referenced:
    """For operators, who follow referrals through the services by id."""
    async with dependencies.db.transaction() as tx:
        referral_id = await store.find_by_reference(tx, reference)
    if referral_id is None:
        raise NoSuchReferral
    return Referenced(referral_id=referral_id)


@router.get("/v1/references/{reference}", tags=["records"], summary="Find a referral of your partnership")
async def find_own_referral(asker: LooksUp, reference: Reference, dependencies: Injected) -> Referenced:
    """For auditors, Caldicott guardians, data protection and records officers: an id, with which to ask further.

    What they then look at is recorded where it is kept; one of another partnership is as good as none.
    """
    async with dependencies.db.transaction() as tx:
        referral_id = await store.find_by_reference(tx, reference, partnership=asker.partnership)
    if referral_id is None:
        raise NoSuchReferral
    return Referenced(referral_id=referral_id)
