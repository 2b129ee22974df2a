"""``/referrals``: what one's own agency referred; nothing in it describes a person."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from triage_ui.pages.own_referrals.missing import in_groups
from triage_ui.services.intake_own import StatusView
from triage_ui.shell.formats import label, mid_sentence, said
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()

SEE_OTHER: Final = 303
_PAGE: Final = "50"
_DONE: Final = {
    "add-to-referral": "What you added is with the front door team.",
    "add-child": "The child is added to your referral.",
    "answer-question": "Your answer is with the front door team.",
    "withdraw-referral": "Your referral is withdrawn. A person still looks at it.",
}

_STEPS: Final = {
    "opened": "The front door team opened it",
    "decided": "Every child was decided",
    "closed": "The front door team finished with it",
    "reopened": "It was opened again",
}


@router.get("/referrals")
async def show_list(request: Request, visitor: SignedIn, after: str = "", asked: str = "") -> Response:
    """Newest first; all, or those with a question for the agency."""
    only_asked = asked == "yes"
    query = {"limit": _PAGE, **({"cursor": after} if after else {}), **({"question": "open"} if only_asked else {})}
    page = await visitor.services.own.list(query)
    return pages_of(request).render(
        request, "pages/own_referrals/list.html", visitor=visitor, page=page, only_asked=only_asked
    )


@router.get("/referrals/{referral_id}")
async def show_status(referral_id: UUID, request: Request, visitor: SignedIn, done: str = "") -> Response:
    """How far one has come, what waits for an answer, and what it lacks. The look is recorded."""
    status = await visitor.services.own.status(referral_id)
    return pages_of(request).render(
        request,
        "pages/own_referrals/status.html",
        visitor=visitor,
        followed=status,
        missing=in_groups(status.missing_information),
        happened=happened(status),
        banner=_DONE.get(done),
    )


def happened(status: StatusView) -> list[tuple[datetime, str]]:
    """What both sides did since it was sent, in words, the first first."""
    steps = [(one.at, said(one.step, _STEPS)) for one in status.steps]
    added = [
        (one.received_at, f"Your agency added: {mid_sentence(label(one.kind, 'supplement-kind'))}")
        for one in status.supplements
    ]
    asked = [(one.asked_at, "The front door team asked you something") for one in status.questions]
    taken_back = [(status.withdrawal.withdrawn_at, "Your agency withdrew it")] if status.withdrawal else []
    return sorted([*steps, *added, *asked, *taken_back])


@router.get("/referrals/{referral_id}/receipt")
async def print_receipt(referral_id: UUID, visitor: SignedIn) -> Response:
    """The receipt as intake prints it, under the policy that it made for it. The look is recorded."""
    receipt = await visitor.services.own.receipt(referral_id)
    return HTMLResponse(receipt.text, headers={"Content-Security-Policy": receipt.policy})


@router.get("/questions/{question_id}")
async def find_question(question_id: UUID, visitor: SignedIn) -> Response:
    """From a notice to the page on which the question is answered."""
    asked = await visitor.services.triage.question(question_id)
    return RedirectResponse(f"/referrals/{asked.referral_id}/questions/{question_id}/answer", SEE_OTHER)
