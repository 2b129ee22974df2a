"""``GET /operator/references/{reference}``: the id behind the reference that somebody reads out on the telephone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from chassis.web.operator import Operator
from referral_intake import store
from referral_intake.api.dependencies import Injected
from referral_intake.errors import NoSuchReferral

router = APIRouter(prefix="/operator", tags=["operator"])

Reference = Annotated[str, Path(pattern=r"^[A-Z]{1,10}-[0-9A-Z]{4}-[0-9A-Z]{4}$")]


class Referenced(BaseModel):
    """What an operator needs to look further: no agency, no child, no content."""

    referral_id: UUID


@router.get("/references/{reference}", summary="Find a referral by its reference")
async def find_referral(reference: Reference, dependencies: Injected, _: Operator) -> Referenced:
    """For operators, who follow referrals through the services by id."""
    async with dependencies.db.transaction() as tx:
        referral_id = await store.find_by_reference(tx, reference)
    if referral_id is None:
        raise NoSuchReferral
    return Referenced(referral_id=referral_id)
