"""``/records``: disposal runs and what waits in each; one referral of a run; its document; the holds that stand."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage_ui.pages.case.document import entries_of
from triage_ui.pages.queue.people import names_of
from triage_ui.pages.records import wording
from triage_ui.shell.menu import HOLDERS
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()

RECORDS_PURPOSE: Final = "records"


@router.get("/records")
async def show_runs(request: Request, visitor: SignedIn, cursor: str = "", done: str = "") -> Response:
    """Every disposal run of the partnership, the newest first."""
    page = await visitor.services.records.runs(cursor=cursor)
    return pages_of(request).render(
        request,
        "pages/records/runs.html",
        visitor=visitor,
        page=page,
        may_hold=bool(visitor.person.roles & HOLDERS),
        names=await names_of(request, visitor),
        banner=wording.DONE.get(done),
    )


@router.get("/records/runs/{run_id}")
async def show_run(
    run_id: UUID, request: Request, visitor: SignedIn, undated: str = "", after: str = "", done: str = ""
) -> Response:
    """How far a run has come, and its referrals; nothing in the list describes a person."""
    wants_undated = undated == "yes"
    run = await visitor.services.records.run(run_id)
    page = await visitor.services.records.items(run_id, undated=wants_undated, after=after if after.isdigit() else "")
    return pages_of(request).render(
        request,
        "pages/records/run.html",
        visitor=visitor,
        run=run,
        page=page,
        undated=wants_undated,
        state=wording.state,
        banner=wording.DONE.get(done),
    )


@router.get("/records/runs/{run_id}/referrals/{referral_id}")
async def show_item(run_id: UUID, referral_id: UUID, request: Request, visitor: SignedIn, done: str = "") -> Response:
    """One referral of a run with every date; the look is recorded, since it may disclose a birthday."""
    item = await visitor.services.records.item(run_id, referral_id)
    may_hold = bool(visitor.person.roles & HOLDERS)
    return pages_of(request).render(
        request,
        "pages/records/item.html",
        visitor=visitor,
        run_id=run_id,
        item=item,
        state=wording.state,
        counted_from=wording.COUNTED_FROM,
        holds=await visitor.services.records.holds_on(referral_id) if item.held and may_hold else (),
        names=await names_of(request, visitor),
        banner=wording.DONE.get(done),
    )


@router.get("/records/runs/{run_id}/referrals/{referral_id}/document")
async def show_document(run_id: UUID, referral_id: UUID, request: Request, visitor: SignedIn) -> Response:
    """The referral itself, to review it; the look is recorded."""
    document = await visitor.services.intake.document(referral_id, purpose=RECORDS_PURPOSE)
    item = await visitor.services.records.item(run_id, referral_id)
    return pages_of(request).render(
        request,
        "pages/records/document.html",
        visitor=visitor,
        run_id=run_id,
        item=item,
        entries=entries_of(document.said),
    )


@router.get("/records/holds")
async def show_holds(
    request: Request,
    visitor: SignedIn,
    cursor: str = "",
    done: str = "",
    held: int = 0,
    not_found: str = "",
    destroyed: str = "",
) -> Response:
    """The holds that stand, the newest first."""
    page = await visitor.services.records.holds(cursor=cursor)
    placed = wording.placed(held, not_found, destroyed) if done == "place-hold" else wording.DONE.get(done)
    return pages_of(request).render(
        request,
        "pages/records/holds.html",
        visitor=visitor,
        page=page,
        names=await names_of(request, visitor),
        banner=placed,
    )
