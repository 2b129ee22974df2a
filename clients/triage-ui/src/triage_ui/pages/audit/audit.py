"""``/audit``: who looked at a referral and with whom it was shared, and what one reader looked at. Searched by POST."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.ids import find_reference
from contracts.codes import Purpose
from triage_ui.pages.audit.looking import by_day, looks_in, sharing_in
from triage_ui.pages.queue.people import names_of
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

router = APIRouter()

PURPOSES: Final = (Purpose.AUDIT, Purpose.DISCLOSURE)
"""What somebody may say that a look at the log is for; which of them opens it, the service says."""
_INVALID: Final = 422


@router.get("/audit")
async def show_audit(request: Request, visitor: SignedIn) -> Response:
    """What to look for, and how far the log is signed and witnessed."""
    return await _form(request, visitor)


@router.post("/audit/looks")
async def show_looks(request: Request, visitor: SignedIn) -> Response:
    """Who looked at a referral, and with whom it was shared; both looks are recorded."""
    form = await forms.read_of_session(request, visitor.secret)
    reference, purpose = find_reference(form.get("reference").strip()), form.get("purpose")
    mistakes = _mistakes(purpose, reference)
    if reference is None or mistakes:
        return await _form(request, visitor, form, mistakes)
    referral_id = await visitor.services.intake.find(reference)
    if referral_id is None:
        return await _form(request, visitor, form, {"reference": f"Your partnership has no referral {reference}"})
    found = await visitor.services.audit.access_log(referral_id, purpose=purpose)
    journey = await visitor.services.audit.journey(referral_id)
    return pages_of(request).render(
        request,
        "pages/audit/looks.html",
        visitor=visitor,
        reference=reference,
        purpose=purpose,
        found=found,
        looks=looks_in(found.entries, visitor.words, await names_of(request, visitor)),
        shared=sharing_in(journey.entries, visitor.words),
    )


@router.post("/audit/reader")
async def show_reader(request: Request, visitor: SignedIn) -> Response:
    """What one reader looked at, exported and was refused; this look is recorded."""
    form = await forms.read_of_session(request, visitor.secret)
    reader, purpose, before = form.get("reader"), form.get("purpose"), form.get("before")
    if not reader or _mistakes(purpose, reader):
        return await _form(request, visitor, form, _mistakes(purpose, None))
    before = before if before.isdigit() else ""
    found = await visitor.services.audit.looks_of(reader, purpose=purpose, before=before)
    names = await names_of(request, visitor)
    return pages_of(request).render(
        request,
        "pages/audit/reader.html",
        visitor=visitor,
        reader=reader,
        who=names.get(reader, "a reader who has not signed in lately"),
        purpose=purpose,
        found=found,
        days=by_day(
            looks_in(found.entries, visitor.words, names),
            has_newer=bool(before),
            has_older=found.next is not None,
        ),
    )


def _mistakes(purpose: str, named: str | None) -> Mapping[str, str]:
    mistakes = {} if named else {"reference": "Enter the whole reference, such as WAN-7K3M-Q9TR"}
    known = purpose in {one.value for one in PURPOSES}
    return mistakes if known else {"purpose": "Choose why you look", **mistakes}


async def _form(
    request: Request, visitor: Visitor, form: Form | None = None, mistakes: Mapping[str, str] | None = None
) -> Response:
    return pages_of(request).render(
        request,
        "pages/audit/audit.html",
        visitor=visitor,
        status=_INVALID if mistakes else 200,
        draft=form,
        mistakes=mistakes or {},
        purposes=[(one.value, one.label, "") for one in PURPOSES],
        log=await visitor.services.audit.witnesses(),
    )
