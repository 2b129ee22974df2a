"""``/v1/notices``: the inbox. Listing shows that there are notices; reading one opens it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from agency_notify import channels, policy, wording
from agency_notify.api import examples
from agency_notify.api.dependencies import Dependencies, Injected
from agency_notify.handlers import inbox
from agency_notify.handlers.inbox import Read
from agency_notify.model import Late, Notice
from agency_notify.store import notices
from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.commands import Answered, Command
from chassis.web.head import ReadInFull
from chassis.web.operator import BIGINT
from chassis.web.service_router import ServiceRouter
from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind
from contracts.problems import Forbidden

router = ServiceRouter(tags=["notices"])

_OF_REFERRAL: Final = frozenset({NoticeKind.REFERRAL_RECEIVED, NoticeKind.REFERRAL_DECIDED})
Operator = Annotated[Principal, Depends(signed_in_as("operator"))]
Cursor = Annotated[int | None, Query(ge=1, le=BIGINT, description="From ``next`` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True)
class Wanted:
    """Which page of an inbox."""

    unopened: bool = False
    mine: bool = False
    cursor: Cursor = None
    limit: PageSize = 50


class Links(BaseModel):
    """Where the notice, its acknowledgement and what it is about are found."""

    self: str
    acknowledgement: str


class NoticeItem(BaseModel):
    """One notice of the list: that there is one, and where it stands. Nothing about the child."""

    notice_id: UUID
    kind: NoticeKind
    title: str
    agency: str
    reference: str
    urgent: bool
    roles: tuple[str, ...] = Field(description="Who is meant, when it is for the partnership's own staff.")
    queued_at: datetime
    open_by: datetime | None = Field(description="When somebody is notified that it was not opened.")
    opened_at: datetime | None
    acknowledged_at: datetime | None
    escalated_at: datetime | None
    escalated_to: str | None = Field(description="The role that was notified last that it did not arrive.")
    due_at: datetime | None = Field(description="When what it asks for is due.")
    step: str | None = Field(description="The clock it is about.")
    escalates: UUID | None = Field(description="The notice of which this one says that it did not arrive.")
    done_at: datetime | None = Field(description="When what it asks for was done, opened or not.")
    superseded_by: UUID | None = Field(description="The notice that says what holds now.")
    links: Links


class LateView(BaseModel):
    """The notice that an escalation notice is about. Once ``ended_at`` is there, nobody else is notified."""

    notice_id: UUID
    kind: NoticeKind
    title: str
    agency: str
    name: str
    reason: EscalationReason
    queued_at: datetime
    open_by: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None


class NoticeView(NoticeItem):
    """A notice as it is read. What it is about is read from the service that keeps it, under one's own authority."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NOTICE]})

    referral_id: UUID
    about_id: UUID
    about_url: str | None = Field(description="Where what the notice is about is read.")
    text: str
    late: LateView | None = Field(description="What an escalation notice is about; nothing else has one.")


class Inbox(BaseModel):
    """A page of notices, newest first. ``next`` is the cursor of the page after, empty on the last."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.INBOX]})

    notices: tuple[NoticeItem, ...]
    next: int | None


class Attempt(BaseModel):
    """One attempt to push a notice. Without ``finished_at`` it was cut off, and is made again."""

    channel: Channel
    number: int
    started_at: datetime
    finished_at: datetime | None
    status: int | None
    failure: DeliveryFailure | None


class Attempts(BaseModel):
    """Every attempt, oldest first."""

    attempts: tuple[Attempt, ...]


@router.get("/v1/notices", summary="Your agency's notices")
async def list_notices(dependencies: Injected, reader: SignedIn, wanted: Annotated[Wanted, Depends()]) -> Inbox:
    """The notices of the reader's own agency, newest first; with ``unopened`` only those nobody has read, with ``mine``
    only those for a role of the reader's, escalation notices among them.
    """
    now = dependencies.clock.now()
    if not inbox.may_read(reader, dependencies.packs, now=now):
        raise Forbidden("Your role does not allow this")
    roles = inbox.staff_roles(reader, dependencies.packs, now=now) if wanted.mine else None
    async with dependencies.db.transaction() as tx:
        found = await notices.list_inbox(
            tx,
            whose=(reader.partnership, reader.agency),
            unopened=wanted.unopened,
            roles=roles,
            page=(wanted.cursor, wanted.limit),
        )
    return _page(dependencies, found, wanted.limit)


@router.get("/v1/escalated-notices", summary="Notices nobody opened, escalated to your role")
async def list_escalated(
    dependencies: Injected, reader: SignedIn, cursor: Cursor = None, limit: PageSize = 50
) -> Inbox:
    """What the reader's role was notified of and is still unopened, in every agency of the partnership."""
    roles = inbox.staff_roles(reader, dependencies.packs, now=dependencies.clock.now())
    if not roles:
        raise Forbidden("Your role does not allow this")
    async with dependencies.db.transaction() as tx:
        found = await notices.list_escalated(
            tx, partnership=reader.partnership, roles=sorted(roles), page=(cursor, limit)
        )
    return _page(dependencies, found, limit)


@router.get("/v1/notices/{notice_id}", summary="Open a notice")
async def read_notice(notice_id: UUID, dependencies: Injected, reader: SignedIn, _: ReadInFull) -> NoticeView:
    """Reading a notice opens it: the partnership hears of the first look of somebody it is for, and every look is
    recorded. Opening it ends its escalation.
    """
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        result = await inbox.open_notice(tx, notice_id, reader, packs=dependencies.packs, now=now)
    return _view(dependencies, unwrap(result))


@router.post(
    "/v1/notices/{notice_id}/acknowledgement",
    summary="Say that a notice is dealt with",
    response_model=NoticeView,
    responses=problem_responses(403, 409),
)
async def acknowledge_notice(notice_id: UUID, dependencies: Injected, reader: SignedIn, once: Command) -> Response:
    """Only an opened notice can be acknowledged, by somebody it is for. Doing it again changes nothing and gives the
    same answer. Acknowledging an escalation notice means that you deal with it: nobody else is notified.
    """
    now = dependencies.clock.now()
    return await once.do(
        dependencies,
        lambda tx: inbox.acknowledge(tx, notice_id, reader, packs=dependencies.packs, now=now),
        lambda read: Answered(_view(dependencies, read)),
    )


@router.get("/v1/notices/{notice_id}/attempts", summary="How a notice was pushed")
async def list_attempts(notice_id: UUID, dependencies: Injected, operator: Operator) -> Attempts:
    """For operators. Looking is recorded."""
    async with dependencies.db.transaction() as tx:
        found = await inbox.read_attempts(tx, notice_id, operator, now=dependencies.clock.now())
    return Attempts(attempts=tuple(Attempt(**attempt) for attempt in found))


def _page(dependencies: Dependencies, found: Sequence[tuple[int, Notice]], limit: int) -> Inbox:
    items = tuple(NoticeItem(**_item(dependencies, notice)) for _, notice in found)
    return Inbox(notices=items, next=found[-1][0] if len(found) == limit else None)


def _item(dependencies: Dependencies, notice: Notice) -> dict[str, Any]:
    url = channels.detail_url(dependencies.public_url, notice)
    copied = {name: getattr(notice, name) for name in NoticeItem.model_fields if hasattr(notice, name)}
    links = Links(self=url, acknowledgement=f"{url}/acknowledgement")
    return copied | {"title": notice.kind.label, "links": links}


def _view(dependencies: Dependencies, read: Read) -> NoticeView:
    notice = read.notice
    return NoticeView(
        **_item(dependencies, notice),
        referral_id=notice.referral_id,
        about_id=notice.about_id,
        about_url=_about_url(dependencies, notice),
        text=_text(dependencies, read),
        late=_late(dependencies, notice, read.late) if read.late is not None else None,
    )


def _about_url(dependencies: Dependencies, notice: Notice) -> str | None:
    if notice.kind in _OF_REFERRAL and dependencies.referral_intake_url is not None:
        return f"{dependencies.referral_intake_url}/v1/referrals/{notice.referral_id}"
    return notice.about_url


def _late(dependencies: Dependencies, notice: Notice, late: Late) -> LateView:
    copied = {name: getattr(late, name) for name in LateView.model_fields if hasattr(late, name)}
    return LateView(**copied | {"title": late.kind.label, "name": _name_of(dependencies, notice, late.agency)})


def _text(dependencies: Dependencies, read: Read) -> str:
    """The pack's safe sentence; when no version has it any more, nothing is put in its place but what to do.

    What a later decision replaced is not said again.
    """
    notice = read.notice
    if notice.superseded_by is not None:
        return wording.NO_LONGER_HOLDS
    packs, now = dependencies.packs, dependencies.clock.now()
    safe = packs.find_feedback(notice.partnership, notice.feedback, at=now) if notice.feedback else None
    late = read.late
    if late is not None:
        late = replace(late, name=_name_of(dependencies, notice, late.agency))
    return safe or " ".join((*wording.facts(notice, late), wording.WHAT_TO_DO[notice.kind]))


def _name_of(dependencies: Dependencies, notice: Notice, agency: str) -> str:
    """What people call an agency, though no pack in force may name it any more."""
    return policy.name_of(agency, dependencies.packs.newest(notice.partnership, at=dependencies.clock.now()))
