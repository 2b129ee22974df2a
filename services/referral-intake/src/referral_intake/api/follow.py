"""``GET /v1/referrals…``: an agency follows its own referrals."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from chassis.ids import find_reference
from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.service_router import ServiceRouter
from contracts.bounds import EARLIEST, LATEST
from referral_intake import handlers, store, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.paging import Cursor, PageSize, read_cursor, write_cursor
from referral_intake.api.standing import AsOwnAgency, AsReader
from referral_intake.api.status_view import SUMMARY_EXAMPLE, StatusView, Summary
from referral_intake.errors import ReferenceInvalid
from referral_intake.model import Filters, Status

router = ServiceRouter(tags=["referrals"])

Statuses = Annotated[
    tuple[Status, ...], Query(alias="status", max_length=len(Status), description="Only these; may be repeated.")
]
_PLUS_WAS_LOST: Final = re.compile(r"T.* [0-9]{2}:?[0-9]{2}$")
_BEGINS_AS_A_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(value: object) -> object:
    """A number is no time here, though it could be read as seconds since 1970; and a plus in an address is a space."""
    if isinstance(value, str) and _PLUS_WAS_LOST.search(value):
        raise ValueError("Write + as %2B in an address: 2026-03-02T09:30:00%2B01:00. Or send the time in UTC, with Z")
    if isinstance(value, str) and not _BEGINS_AS_A_DAY.match(value):
        raise ValueError("Send a date and time such as 2026-03-02T09:30:00Z")
    return value


def _within_time(at: datetime) -> datetime:
    """Programs write the first or the last time they can for "any", in a zone in which it is none: nothing is older."""
    return max(EARLIEST, min(LATEST, at))


Time = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_time)]
From = Annotated[Time | None, Query(description="Received at or after this.", examples=["2026-11-23T00:00:00Z"])]
Until = Annotated[Time | None, Query(description="Received before this.", examples=["2026-11-24T00:00:00Z"])]
Asked = Annotated[
    Literal["open", "none"] | None,
    Query(description="`open`: only those with a question for you; `none`: only those without."),
]
ByReference = Annotated[
    str | None, Query(max_length=40, description="Only the one with our reference.", examples=["WAN-7K3M-Q9TR"])
]


async def filters(
    status: Statuses = (),
    received_from: From = None,
    received_until: Until = None,
    question: Asked = None,
    q: ByReference = None,
) -> Filters:
    """FastAPI dependency: which referrals are wanted. Raises ``ReferenceInvalid``."""
    reference = find_reference(q) if q is not None else None
    if q is not None and reference is None:
        raise ReferenceInvalid
    return Filters(
        statuses=frozenset(status),
        received_from=received_from,
        received_until=received_until,
        question_open=question == "open" if question is not None else None,
        reference=reference,
    )


class Page(BaseModel):
    """Referrals, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"referrals": [SUMMARY_EXAMPLE], "next": None}]})

    referrals: tuple[Summary, ...]
    next: str | None = Field(description="The cursor of the following page; empty on the last one.")


@router.get(
    telling.PATH,
    summary="List your own agency's referrals",
    response_model=Page,
    responses=problem_responses(400, 429),
)
async def list_referrals(
    dependencies: Injected,
    asker: AsOwnAgency,
    wanted: Annotated[Filters, Depends(filters)],
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page:
    """References, codes and times only; nothing in this list describes a person.

    For the next page send the same filters with ``next`` as the cursor. What comes in meanwhile moves nothing:
    no referral is shown twice, and none is left out.
    """
    before, own = read_cursor(cursor), handlers.asker_of(asker)
    async with dependencies.db.transaction() as tx:
        found = await store.list_referrals(tx, own, wanted, before=before, limit=limit + 1)
    shown = found[:limit]
    following = write_cursor(shown[-1].received_at, shown[-1].referral_id) if len(found) > limit else None
    now = dependencies.clock.now()
    return Page(referrals=tuple(Summary.of(referral, now=now) for referral in shown), next=following)


@router.get(
    telling.PATH + "/{referral_id}",
    summary="Follow one referral",
    response_model=StatusView,
    responses=problem_responses(429),
)
async def read_referral(referral_id: UUID, dependencies: Injected, asker: AsReader) -> StatusView:
    """How far your own agency's referral has come, and everything that you may know of it.

    With what is safe to say about each child's decision, the questions that wait for your answer, and every promise
    that we made and whether we kept it. Any other referral is answered as if there were none.
    """
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_status(tx, referral_id, asker, now=now)
    followed = unwrap(result)

    def say(key: str) -> str | None:
        return dependencies.packs.find_feedback(asker.partnership, key, at=now)

    return StatusView.of_all(followed, say, now=now)
