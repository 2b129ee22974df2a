"""``/audit/proof``: a pasted receipt or inclusion proof is checked, in words, with the command that needs no trust."""

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage_ui.services.audit import CheckedFile
from triage_ui.services.caller import Refused
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

router = APIRouter()

NOT_WHOLE: Final = "Paste the whole receipt or proof, from its first bracket to its last"
_INVALID: Final = 422


@router.get("/audit/proof")
async def show_form(request: Request, visitor: SignedIn) -> Response:
    """Where it is pasted."""
    return _page(request, visitor)


@router.post("/audit/proof")
async def check(request: Request, visitor: SignedIn) -> Response:
    """What came of it. Nothing of the file is kept."""
    form = await forms.read_of_session(request, visitor.secret)
    file = _file(form.get("file"))
    if file is None:
        return _page(request, visitor, form, mistakes={"file": NOT_WHOLE})
    try:
        checked = await visitor.services.audit.check(file)
    except Refused as refused:
        advice = refused.errors[0].detail if refused.errors else refused.title
        return _page(request, visitor, form, mistakes={"file": advice})
    return _page(request, visitor, form, checked=checked)


def _file(pasted: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(pasted)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def command_of(checked: CheckedFile) -> str:
    """What checks the same on any computer, without asking us."""
    if checked.kind == "receipt":
        return f"python -m audit.verify receipt FILE --key '{checked.key}'"
    return f"python -m audit.verify public LOCATION --key '{checked.key}'"


def _page(
    request: Request,
    visitor: Visitor,
    form: Form | None = None,
    *,
    mistakes: Mapping[str, str] | None = None,
    checked: CheckedFile | None = None,
) -> Response:
    return pages_of(request).render(
        request,
        "pages/audit/proof.html",
        visitor=visitor,
        status=_INVALID if mistakes else 200,
        draft=form,
        mistakes=mistakes or {},
        checked=checked,
        command=command_of(checked) if checked else "",
    )
