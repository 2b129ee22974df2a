"""From a reference, as somebody reads it out or a notice names it, to the case. Typed words are in no address."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from chassis.ids import find_reference
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

router = APIRouter()

SEE_OTHER: Final = 303
_INVALID: Final = 422
_ADVICE: Final = "Enter the whole reference, such as WAN-7K3M-Q9TR"


@router.post("/queue/search")
async def search(request: Request, visitor: SignedIn) -> Response:
    """Read what was typed; what is no reference is kept in its box, since it may be a name."""
    form = await forms.read_of_session(request, visitor.secret)
    reference = find_reference(form.get("reference"))
    if reference is None:
        return _page(request, visitor, form=form)
    return RedirectResponse(f"/queue/cases/{reference}", SEE_OTHER)


@router.get("/queue/cases/{reference}")
async def find_case(reference: str, request: Request, visitor: SignedIn) -> Response:
    """The case of one's own partnership with this reference, open or closed; else what to do to find it."""
    found = find_reference(reference)
    if found is None:
        return _page(request, visitor)
    page = await visitor.services.triage.queue({"reference": found})
    if page.cases:
        return RedirectResponse(f"/cases/{page.cases[0].case_id}", SEE_OTHER)
    return _page(request, visitor, without_case=found)


def _page(request: Request, visitor: Visitor, *, form: Form | None = None, without_case: str = "") -> Response:
    return pages_of(request).render(
        request,
        "pages/queue/search.html",
        visitor=visitor,
        status=200 if without_case else _INVALID,
        draft=form,
        mistakes={} if without_case else {"reference": _ADVICE},
        without_case=without_case,
    )
