"""``/requests/{id}`` for the agency that was asked, and the same within a case for triage staff."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage_ui.pages.case.reading import TRIAGE
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()

_DONE: Final = {
    "answer": "Your answer is with the front door team.",
    "correct": "Your corrected answer stands. What you said before is kept.",
    "withdraw": "Your answer is withdrawn. You may answer again.",
}


@router.get("/requests/{request_id}")
async def show_own(request_id: UUID, request: Request, visitor: SignedIn, done: str = "") -> Response:
    """What one's own agency was asked, and what it said. Never what another agency said."""
    asked = await visitor.services.triage.request(request_id)
    return pages_of(request).render(
        request,
        "pages/request/own.html",
        visitor=visitor,
        asked=asked,
        offer_answers=True,
        banner=_DONE.get(done),
    )


@router.get("/cases/{case_id}/requests/{request_id}")
async def show_of_case(case_id: UUID, request_id: UUID, request: Request, visitor: SignedIn) -> Response:
    """What an agency said, for those who decide with it. The look is recorded."""
    asked = await visitor.services.triage.request(request_id, purpose=TRIAGE)
    return pages_of(request).render(
        request, "pages/request/of_case.html", visitor=visitor, asked=asked, case_id=case_id, offer_answers=False
    )
