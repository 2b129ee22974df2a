"""``/cases/{id}``: the case page, and its referral's document with its editions."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.ids import RandomIds
from triage_ui.pages.case.document import changes_of, entries_of
from triage_ui.pages.case.offers import acts_of
from triage_ui.pages.case.reading import purpose_of, read_file
from triage_ui.pages.case.time_limits import time_limits
from triage_ui.pages.case.timeline import Telling, timeline
from triage_ui.pages.queue.people import names_of
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()
_IDS: Final = RandomIds()

_DONE: Final = {
    "rate": "The case is rated.",
    "ask": "The agency is asked. It reads the question in its inbox.",
    "ask-sender": "The sender is asked. No decision waits for the answer.",
    "recommend": "Your recommendation waits for another person to authorise it.",
    "authorise": "Your decision is recorded.",
    "offer-handover": "The team is offered the children. The case stays with you until it accepts.",
    "take-back": "The offer no longer stands. Its children may be offered again.",
    "close": "The case is closed. Nothing is deleted.",
    "claimed": "The case is yours.",
    "returned": "The case is given back.",
}
"""What an act did, by its code in the address."""


@router.get("/cases/{case_id}")
async def show_case(case_id: UUID, request: Request, visitor: SignedIn, done: str = "") -> Response:
    """What is known, due and missing. The look is recorded before anything is shown."""
    file = await read_file(visitor, case_id)
    telling = Telling(file.case, file.children, visitor.words, visitor.person.subject)
    return pages_of(request).render(
        request,
        "pages/case/case.html",
        visitor=visitor,
        file=file,
        case=file.case,
        timeline=timeline(telling),
        limits=time_limits(file.case, visitor.words),
        acts=acts_of(file.case, visitor.words, visitor.person.roles),
        names=await names_of(request, visitor),
        form_key=_IDS.new(),
        banner=_DONE.get(done),
    )


@router.get("/cases/{case_id}/document")
async def show_document(case_id: UUID, request: Request, visitor: SignedIn, edition: int | None = None) -> Response:
    """What the sender said, whole, in any of its editions, and what each edition changed."""
    file = await read_file(visitor, case_id, edition=edition)
    shown = file.document
    editions = []
    if shown is not None:
        listed = await visitor.services.intake.editions(file.case.referral_id, purpose=purpose_of(visitor))
        editions = list(reversed(listed.editions))
    return pages_of(request).render(
        request,
        "pages/case/document.html",
        visitor=visitor,
        file=file,
        case=file.case,
        entries=entries_of(shown) if shown is not None else (),
        changes=changes_of(shown) if shown is not None else [],
        shown_edition=shown.get("edition", 1) if shown is not None else None,
        editions=editions,
    )
