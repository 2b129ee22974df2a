"""Claiming a case, giving it back, and giving many cases to somebody: by POST, and back to the same page and row."""

import re
from typing import Final
from uuid import UUID, uuid5

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from triage_ui.services.caller import Refused
from triage_ui.session.returning import safe_path
from triage_ui.shell import forms
from triage_ui.shell.forms import Form, NotOurForm
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

router = APIRouter()

SEE_OTHER: Final = 303
_CASE: Final = re.compile(r"([0-9a-f-]{36}):([0-9]{1,9}):([A-Z0-9-]{1,30})")
_ACTS: Final = {"claim": ("claim", "claimed"), "give-back": ("unassignment", "returned")}


class Chosen:
    """One case of the list: its id, the version that was shown, and its reference."""

    def __init__(self, value: str) -> None:
        """Raises ``NotOurForm`` for what no page of ours sends."""
        found = _CASE.fullmatch(value)
        if found is None:
            raise NotOurForm
        try:
            self.case_id = UUID(found[1])
        except ValueError as error:
            raise NotOurForm from error
        self.version = int(found[2])
        self.reference = found[3]


@router.post("/queue/{act}-one")
async def act_on_one(act: str, request: Request, visitor: SignedIn) -> Response:
    """Claim a case or give it back; a race that was lost says who won, as the service says it."""
    form = await forms.read_of_session(request, visitor.secret)
    known = _ACTS.get(act)
    if known is None:
        raise NotOurForm
    chosen, back = Chosen(form.get("one")), safe_path(form.get("back"))
    key = uuid5(_form_key(form), f"{act}/{chosen.case_id}")
    try:
        await visitor.services.triage.act_on_case(
            chosen.case_id, known[0], None, version=f'"{chosen.version}"', key=str(key)
        )
    except Refused as refused:
        return _results(request, visitor, back, [(chosen.reference, f"{refused.title}. {refused.detail}".strip())])
    return RedirectResponse(_with(back, f"done={known[1]}") + f"#case-{chosen.reference}", SEE_OTHER)


@router.post("/queue/assign")
async def assign_many(request: Request, visitor: SignedIn) -> Response:
    """Give the chosen cases to one person; the result has a line for each."""
    form = await forms.read_of_session(request, visitor.secret)
    back, worker = safe_path(form.get("back")), form.get("worker")
    chosen = [Chosen(value) for value in form.all("case")]
    if not chosen or not worker:
        advice = "Choose at least one case" if worker else "Choose whom to give the cases to"
        return _results(request, visitor, back, [], advice=advice)
    cases = [{"case_id": str(one.case_id), "version": one.version} for one in chosen]
    body = {"cases": cases} if worker == "nobody" else {"cases": cases, "worker": worker}
    answer = await visitor.services.triage.assign_many(body, key=str(_form_key(form)))
    references = {one.case_id: one.reference for one in chosen}
    rows = [(references[row.case_id], row.problem.title if row.problem else "") for row in answer.results]
    return _results(request, visitor, back, rows)


def _form_key(form: Form) -> UUID:
    """Of the page that was shown: the same page does a thing once. Raises ``NotOurForm``."""
    try:
        return UUID(form.get("form_key"))
    except ValueError as error:
        raise NotOurForm from error


def _results(
    request: Request, visitor: Visitor, back: str, rows: list[tuple[str, str]], *, advice: str = ""
) -> Response:
    refused = [row for row in rows if row[1]]
    return pages_of(request).render(
        request,
        "pages/queue/results.html",
        visitor=visitor,
        status=409 if refused and len(rows) == 1 else 422 if advice else 200,
        rows=rows,
        back=back,
        advice=advice,
        given=len(rows) - len(refused),
    )


def _with(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"
