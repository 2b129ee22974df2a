"""Parked messages for operators: listed and shown without content, released and discarded with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from chassis import telemetry
from chassis.delivery import requests
from chassis.delivery.requests import Act, Filter
from chassis.web.description import problem_responses
from chassis.web.operated import Here, Operated
from chassis.web.operator import BIGINT, Operator, ParkedId, Reason
from contracts.problems import Conflict

_TEXT: Final = r"^[\x20-\x7e]+$"

State = Literal["failing", "parked", "behind", "gap"]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=_TEXT)]
ErrorClass = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.:-]+$")]

_SAYS_WHICH: Final[list[JsonValue]] = [
    {"required": [name], "properties": {name: {"type": "string"}}} for name in ("all_of_reason", "key")
]

routes: Final = APIRouter()
log = telemetry.logger(__name__)


class ParkedMessage(BaseModel):
    """A message that could not take effect, without its content."""

    id: int
    topic: str
    partition: int
    kafka_offset: int
    key: str | None
    aggregate: str | None = Field(description="Null when nobody can say which.")
    version: int | None
    state: str = Field(description="failing, parked, behind or gap.")
    error_class: str
    place: str | None = Field(description="Where in our code it failed.")
    attempts: int
    parked_at: datetime
    next_try_at: datetime | None
    asked: str | None = Field(description="What an operator asked to be done with it, and is not done yet.")


class MessageInFull(ParkedMessage):
    """All that is known of a message but its content, also when it is resolved."""

    asked_by: str | None
    asked_reason: str | None
    settled_at: datetime | None
    settled_as: str | None = Field(description="applied, repeated or discarded.")
    headers: dict[str, str | int | float | bool | None] = Field(description="Those of its headers that are codes.")
    data_bytes: int | None
    header_bytes: int | None


class Affected(BaseModel):
    """A message that an act is about."""

    id: int
    aggregate: str | None
    version: int | None
    state: str
    error_class: str
    earlier: bool = Field(description="An earlier version of the same aggregate that is given up as well.")
    waits_for: int | None = Field(description="A version that has not come, and is waited for after the discard.")


class Asked(BaseModel):
    """What was asked, or would be: of how many messages, and the first of them."""

    status: str
    count: int
    messages: tuple[Affected, ...]


class ParkedPage(BaseModel):
    """Parked messages, oldest first, and how many there are in all."""

    parked: tuple[ParkedMessage, ...]
    waiting: int


class Release(Reason):
    """Why a message is tried again; a dry run only names what it would be about."""

    dry_run: bool = Field(default=False, strict=True)


class Discard(Release):
    """Why a message is given up; ``with_earlier`` also gives up earlier versions of its aggregate that are parked."""

    with_earlier: bool = Field(default=False, strict=True)


class Many(Release):
    """Which messages are meant, all that match; a dry run only names them."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _SAYS_WHICH})

    all_of_reason: ErrorClass | None = None
    key: Key | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.all_of_reason is None and self.key is None:
            raise ValueError("Say which messages: all_of_reason, key, or both")
        return self

    @property
    def chosen(self) -> Filter:
        """The messages that are meant."""
        return Filter(reason=self.all_of_reason, key=self.key)


class DiscardMany(Many, Discard):
    """Which messages are given up."""


@routes.get("/parked")
async def list_parked(
    here: Here,
    _: Operator,
    after: Annotated[int, Query(ge=0, le=BIGINT)] = 0,
    state: State | None = None,
    reason: Annotated[ErrorClass | None, Query()] = None,
    key: Annotated[Key | None, Query()] = None,
) -> ParkedPage:
    """Messages that could not take effect, oldest first, without their content."""
    chosen = Filter(state=state, reason=reason, key=key)
    async with here.db.transaction() as tx:
        parked = tuple(ParkedMessage(**row) for row in await requests.list_parked(tx, chosen, after=after))
        return ParkedPage(parked=parked, waiting=await requests.count(tx))


@routes.get("/parked/{parked_id:int}")
async def show_parked(parked_id: ParkedId, here: Here, _: Operator) -> MessageInFull:
    """One message with all that is known of it but its content, also when it is resolved."""
    async with here.db.transaction() as tx:
        return MessageInFull(**await requests.show(tx, parked_id))


@routes.post("/parked/{parked_id:int}/release", status_code=202, responses=problem_responses(409))
async def release(parked_id: ParkedId, body: Release, here: Here, operator: Operator) -> Asked:
    """Try a message again, with everything of its key that waits before it; everything is checked again."""
    act = Act.release(reason=body.reason, by=operator.subject)
    return await _ask(here, Filter(id=parked_id), act, dry_run=body.dry_run)


@routes.post("/parked/{parked_id:int}/discard", status_code=202, responses=problem_responses(409))
async def discard(parked_id: ParkedId, body: Discard, here: Here, operator: Operator) -> Asked:
    """Give a message up for good. Refused while an earlier version of its aggregate is parked."""
    act = Act.discard(reason=body.reason, by=operator.subject, with_earlier=body.with_earlier)
    return await _ask(here, Filter(id=parked_id), act, dry_run=body.dry_run, events_too=here.may_discard)


@routes.post("/parked/release", status_code=202, responses=problem_responses(409))
async def release_many(body: Many, here: Here, operator: Operator) -> Asked:
    """Try every message again that matches."""
    act = Act.release(reason=body.reason, by=operator.subject)
    return await _ask(here, body.chosen, act, dry_run=body.dry_run)


@routes.post("/parked/discard", status_code=202, responses=problem_responses(409))
async def discard_many(body: DiscardMany, here: Here, operator: Operator) -> Asked:
    """Give every message up that matches. Refused while earlier versions are parked beside them."""
    act = Act.discard(reason=body.reason, by=operator.subject, with_earlier=body.with_earlier)
    return await _ask(here, body.chosen, act, dry_run=body.dry_run, events_too=here.may_discard)


async def _ask(
    operated: Operated, chosen: Filter, act: Act, *, dry_run: bool = False, events_too: bool = True
) -> Asked:
    async with operated.db.transaction() as tx:
        messages = await (requests.choose if dry_run else requests.ask)(tx, chosen, act)
        if not events_too:
            _refuse_events(messages)
    if not dry_run:
        log.info("an act on parked messages asked", reason=act.what, count=len(messages), parked_id=chosen.id)
    status = "would be asked" if dry_run else "asked"
    shown = tuple(Affected(**message) for message in messages[: requests.SHOWN])
    return Asked(status=status, count=len(messages), messages=shown)


def _refuse_events(messages: Sequence[Mapping[str, Any]]) -> None:
    """A service that must hold every event may give up what is none: nobody's record is lost with it, and what a
    stranger wrote under the key of a referral would block it for ever. Raises ``Conflict``, and nothing was asked."""
    events = [message["id"] for message in messages if message["aggregate"] is not None]
    if events:
        raise Conflict(
            f"This service must hold every event, and message {events[0]} is one. Mend what is wrong and release it; "
            "only messages of which no aggregate is known can be discarded here"
        )
