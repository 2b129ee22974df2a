"""``/drafts``: what somebody has begun and not sent, and until when it is kept."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from triage_ui.acts.act import Act
from triage_ui.drafts.model import Draft
from triage_ui.pages.all_acts import ACTS
from triage_ui.pages.refer import model as refer
from triage_ui.shell import forms
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, dependencies_of

router = APIRouter()

SEE_OTHER: Final = 303
_BY_NAME: Final[Mapping[str, Act]] = {act.name: act for act in ACTS}


def address_of(draft: Draft) -> str | None:
    """The form of a draft; None when the client has that act no more."""
    if draft.act == refer.NAME:
        return refer.address_of(draft)
    act = _BY_NAME.get(draft.act)
    if act is None:
        return None
    ids = iter(draft.about.split("/"))
    return "/".join(next(ids, "") if part.startswith("{") else part for part in act.path.split("/"))


def listed(drafts: Sequence[Draft]) -> list[tuple[Draft, str, str]]:
    """Each with its title and where it goes on."""
    found = ((draft, address_of(draft)) for draft in drafts)
    return [(draft, _title(draft), address) for draft, address in found if address]


def _title(draft: Draft) -> str:
    return refer.TITLE if draft.act == refer.NAME else _BY_NAME[draft.act].title


@router.get("/drafts")
async def show_drafts(request: Request, visitor: SignedIn, saved: str = "") -> Response:
    """Only one's own."""
    dependencies = dependencies_of(request)
    async with dependencies.db.transaction() as tx:
        drafts = await dependencies.drafts.list_open(tx, visitor.person.subject, now=visitor.now)
    banner = {"yes": "Your draft is saved.", "no": "The draft is thrown away."}.get(saved)
    return pages_of(request).render(
        request, "pages/draft_list/draft_list.html", visitor=visitor, drafts=listed(drafts), banner=banner
    )


@router.post("/drafts/discard")
async def discard(request: Request, visitor: SignedIn) -> Response:
    """Throw a draft away. Somebody else's, or one that is gone, is left as it is."""
    form, dependencies = await forms.read_of_session(request, visitor.secret), dependencies_of(request)
    try:
        form_key = UUID(form.get("form_key"))
    except ValueError:
        return RedirectResponse("/drafts", SEE_OTHER)
    async with dependencies.db.transaction() as tx:
        await dependencies.drafts.discard(tx, visitor.person.subject, form_key)
    return RedirectResponse("/drafts?saved=no", SEE_OTHER)
