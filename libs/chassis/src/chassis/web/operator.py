"""What operators may see and do in every service: parked messages, lag, versions, publishing again. No content."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis import telemetry
from chassis.db import Database
from chassis.delivery import parking, republish
from chassis.web.auth import Principal, signed_in_as
from chassis.web.description import problem_responses, trimmed
from contracts.problems import Conflict

BIGINT: Final = 2**63 - 1
INTEGER: Final = 2**31 - 1
_AGGREGATE: Final = r"^[\x21-\x7e]*$"

Operator = Annotated[Principal, Depends(signed_in_as("operator"))]
OperatorOrService = Annotated[Principal, Depends(signed_in_as("operator", "service"))]
OrAuditor = Annotated[Principal, Depends(signed_in_as("operator", "service", "auditor"))]
After = Annotated[str, Query(max_length=200, pattern=_AGGREGATE)]
ParkedId = Annotated[int, Path(ge=1, le=BIGINT)]

log = telemetry.logger(__name__)


class Reason(BaseModel):
    """Why an operator does it; kept with the message."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=5, max_length=1000),
        Field(json_schema_extra=trimmed(5)),
    ]


class Again(BaseModel):
    """Which aggregate to publish again, and after which version."""

    model_config = ConfigDict(extra="forbid")

    aggregate: str = Field(min_length=3, max_length=200, pattern=_AGGREGATE)
    after_version: int = Field(strict=True, ge=0, le=INTEGER)


def router(db: Callable[[], Database], *, may_discard: bool = True) -> APIRouter:
    """The routes under ``/operator``. ``db`` gives the service's database.

    A service that must hold every event says ``may_discard=False``: its messages can only be released.
    """
    routes = APIRouter(prefix="/operator", tags=["operator"])
    _add_parked(routes, db, may_discard=may_discard)
    _add_versions(routes, db)
    return routes


def _add_parked(routes: APIRouter, db: Callable[[], Database], *, may_discard: bool) -> None:
    @routes.get("/parked")
    async def list_parked(_: Operator, after: Annotated[int, Query(ge=0, le=BIGINT)] = 0) -> dict[str, Any]:
        """Messages that wait for an operator, oldest first, without their content."""
        async with db().transaction() as tx:
            return {"parked": await parking.list_parked(tx, after=after), "waiting": await parking.waiting(tx)}

    @routes.post("/parked/{parked_id}/release", status_code=202, responses=problem_responses(409))
    async def release(parked_id: ParkedId, body: Reason, operator: Operator) -> dict[str, str]:
        """Try a message again; everything is checked anew."""
        async with db().transaction() as tx:
            await parking.request_release(tx, parked_id, reason=body.reason, by=operator.subject)
        log.info("release asked", parked_id=parked_id)
        return {"status": "asked"}

    @routes.post("/parked/{parked_id}/discard", status_code=202, responses=problem_responses(409))
    async def discard(parked_id: ParkedId, body: Reason, operator: Operator) -> dict[str, str]:
        """Give a message up for good."""
        if not may_discard:
            raise Conflict("This service must hold every message. Mend what is wrong and release it")
        async with db().transaction() as tx:
            await parking.request_discard(tx, parked_id, reason=body.reason, by=operator.subject)
        log.info("discard asked", parked_id=parked_id)
        return {"status": "asked"}


def _add_versions(routes: APIRouter, db: Callable[[], Database]) -> None:
    @routes.post("/republish", status_code=202)
    async def publish_again(body: Again, _: OperatorOrService) -> dict[str, int]:
        """Send an aggregate's events once more; readers drop what they have."""
        async with db().transaction() as tx:
            events = await republish.republish(tx, body.aggregate, after_version=body.after_version)
        log.info("publishing again asked", version=body.after_version, count=events)
        return {"events": events}

    @routes.get("/heads")
    async def heads(asker: OrAuditor, after: After = "") -> dict[str, int]:
        """A page of this service's aggregates and their newest versions; for an auditor those of their partnership."""
        partnership = None if asker.has_role("operator", "service") else asker.partnership
        async with db().transaction() as tx:
            return await republish.heads(tx, after=after, partnership=partnership)

    @routes.get("/applied")
    async def applied(_: OperatorOrService, after: After = "") -> dict[str, int]:
        """A page of other services' aggregates and the versions in effect here."""
        async with db().transaction() as tx:
            return await republish.applied(tx, after=after)

    @routes.get("/delivery")
    async def delivery(_: Operator) -> dict[str, int]:
        """How much waits to be sent and how much is parked."""
        async with db().transaction() as tx:
            return {"unpublished": await republish.unpublished(tx), "parked": await parking.waiting(tx)}
