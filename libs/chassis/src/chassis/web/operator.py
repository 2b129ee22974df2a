"""What operators may see and do in every service: versions, lag, publishing again. No content."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis import telemetry
from chassis.delivery import halts, republish, requests
from chassis.web.auth import Principal, signed_in_as
from chassis.web.description import trimmed
from chassis.web.operated import Here

BIGINT: Final = 2**63 - 1
JSON_INTEGER: Final = 2**53 - 1
"""The largest number that every reader of JSON holds exactly."""
INTEGER: Final = 2**31 - 1
_AGGREGATE: Final = r"^[\x21-\x7e]*$"
_TYPE: Final = r"^[a-z-]+(\.[a-z-]+)+\.v[0-9]+$"

Operator = Annotated[Principal, Depends(signed_in_as("operator"))]
OperatorOrService = Annotated[Principal, Depends(signed_in_as("operator", "service"))]
OrAuditor = Annotated[Principal, Depends(signed_in_as("operator", "service", "auditor"))]
After = Annotated[str, Query(max_length=200, pattern=_AGGREGATE)]
ParkedId = Annotated[int, Path(ge=1, le=BIGINT)]
EventType = Annotated[str, Field(max_length=200, pattern=_TYPE)]

routes: Final = APIRouter()
log = telemetry.logger(__name__)


class Reason(BaseModel):
    """Why an operator does it; kept with what it is done to."""

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


class AggregatesAsked(BaseModel):
    """Aggregates of other services: as many as one page of an owner names."""

    model_config = ConfigDict(extra="forbid")

    aggregates: list[Annotated[str, Field(max_length=200, pattern=_AGGREGATE)]] = Field(max_length=republish.PAGE)


class TypeAgain(BaseModel):
    """Which type of events to publish again, and where to go on; a dry run only counts them."""

    model_config = ConfigDict(extra="forbid")

    type: EventType
    after: int = Field(default=0, strict=True, ge=0, le=JSON_INTEGER)
    dry_run: bool = Field(default=False, strict=True)


class TypeAgainAnswer(BaseModel):
    """How many events there were, and where the next request has to go on; null at the end."""

    events: int
    next: int | None


class Delivery(BaseModel):
    """What waits in this service. Counts, and no content."""

    unpublished: int = Field(description="Events that wait to be sent.")
    unpublished_since: datetime | None = Field(description="When the first of them happened.")
    parked: int = Field(description="Messages that could not take effect and wait to be resolved.")
    halted: int = Field(description="1 while reading is halted, else 0.")


@routes.post("/republish", status_code=202)
async def publish_again(body: Again, here: Here, _: OperatorOrService) -> dict[str, int]:
    """Send an aggregate's events once more; readers drop what they have."""
    async with here.db.transaction() as tx:
        events = await republish.republish(tx, body.aggregate, after_version=body.after_version)
    log.info("publishing again asked", version=body.after_version, count=events)
    return {"events": events}


@routes.post("/republish-type", status_code=202)
async def publish_type_again(body: TypeAgain, here: Here, _: Operator) -> TypeAgainAnswer:
    """Send every event of a type once more, a stretch at a time; readers drop what they have."""
    async with here.db.transaction() as tx:
        page = await republish.republish_type(tx, body.type, after=body.after, dry_run=body.dry_run)
    log.info("publishing a type again asked", count=page.events)
    return TypeAgainAnswer(events=page.events, next=page.next)


@routes.get("/heads")
async def heads(here: Here, asker: OrAuditor, after: After = "") -> dict[str, int]:
    """A page of this service's aggregates and their newest versions; for an auditor those of their partnership."""
    partnership = None if asker.has_role("operator", "service") else asker.partnership
    async with here.db.transaction() as tx:
        return await republish.heads(tx, after=after, partnership=partnership)


@routes.post("/applied")
async def applied(body: AggregatesAsked, here: Here, _: OperatorOrService) -> dict[str, int]:
    """The versions in effect here of these aggregates of other services; one that is left out has none."""
    async with here.db.transaction() as tx:
        return await republish.applied(tx, body.aggregates)


@routes.get("/delivery")
async def delivery(here: Here, _: Operator) -> Delivery:
    """How much waits to be sent and since when, how much is parked, and whether reading is halted."""
    async with here.db.transaction() as tx:
        return Delivery(
            unpublished=await republish.unpublished(tx),
            unpublished_since=await republish.unpublished_since(tx),
            parked=await requests.count(tx),
            halted=int(await halts.find(tx) is not None),
        )
