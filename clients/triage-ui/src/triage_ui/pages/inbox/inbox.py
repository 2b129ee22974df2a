"""``/inbox``: what an agency or a team is asked and offered; codes and times, until a notice is opened."""

import re
from collections.abc import Collection
from math import inf
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from triage_ui.services.notify import NoticeItem, NoticeView
from triage_ui.shell import forms
from triage_ui.shell.menu import AGENCY, STAFF
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()

_PAGE: Final = "50"
_ABOUT: Final = {
    "information-requested": ("/requests/", "Read what your agency is asked"),
    "question-asked": ("/questions/", "Read and answer the question"),
    "handover-offered": ("/handovers/", "Read what your team is offered"),
    "handover-withdrawn": ("/handovers/", "Read the handover"),
    "handover-superseded": ("/handovers/", "Read the handover"),
}
"""Where the client shows what a notice is about."""
_OF_REFERRAL: Final = frozenset({"referral-received", "referral-decided"})
"""What a sender is notified of about its own referral."""
_CASE: Final = re.compile(r"/v1/cases/([0-9a-f-]{36})$")
"""Where triage shows a case."""
SEE_OTHER: Final = 303


def is_waiting(notice: NoticeItem) -> bool:
    """Nobody has dealt with it, and nothing newer took its place."""
    return not (notice.acknowledged_at or notice.done_at or notice.superseded_by)


def by_pressure(notice: NoticeItem) -> tuple[bool, float]:
    """Sorts notices: urgent ones first, then those that are due next, then those without a time limit."""
    return not notice.urgent, notice.due_at.timestamp() if notice.due_at else inf


def link_of(notice: NoticeView, roles: Collection[str]) -> tuple[str, str] | None:
    """Address and words of the page about it; None where there is none for somebody with these roles."""
    if found := _ABOUT.get(notice.kind):
        return f"{found[0]}{notice.about_id}", found[1]
    if notice.kind in _OF_REFERRAL:
        return f"/referrals/{notice.referral_id}", "Follow your referral"
    if STAFF.isdisjoint(roles):
        return None
    if found_case := _CASE.search(notice.about_url or ""):
        return f"/cases/{found_case[1]}", "Open the case"
    return f"/queue/cases/{notice.reference}", "Open the case"


@router.get("/inbox")
async def show_inbox(request: Request, visitor: SignedIn, after: int | None = None, done: str = "") -> Response:
    """What waits for this person's agency or team."""
    query = {"limit": _PAGE, **({"cursor": str(after)} if after is not None else {})}
    page = await visitor.services.notify.inbox(query)
    asked = None
    if visitor.person.roles & AGENCY:
        found = (await visitor.services.triage.requests({"limit": _PAGE})).requests
        asked = sorted(found, key=lambda one: bool(one.answered_at or one.withdrawn_at))
    return pages_of(request).render(
        request,
        "pages/inbox/inbox.html",
        visitor=visitor,
        waiting=sorted(filter(is_waiting, page.notices), key=by_pressure),
        done_with=[one for one in page.notices if not is_waiting(one)],
        asked=asked,
        next=page.next,
        banner="The notice is dealt with." if done == "acknowledged" else None,
    )


@router.get("/inbox/{notice_id}")
async def open_notice(notice_id: UUID, request: Request, visitor: SignedIn) -> Response:
    """Open a notice, which is recorded as opened."""
    notice = await visitor.services.notify.open(notice_id)
    return pages_of(request).render(
        request, "pages/inbox/notice.html", visitor=visitor, notice=notice, link=link_of(notice, visitor.person.roles)
    )


@router.post("/inbox/{notice_id}")
async def acknowledge(notice_id: UUID, request: Request, visitor: SignedIn) -> Response:
    """Say that it is dealt with. Saying so twice changes nothing."""
    await forms.read_of_session(request, visitor.secret)
    await visitor.services.notify.acknowledge(notice_id)
    return RedirectResponse("/inbox?done=acknowledged", SEE_OTHER)
