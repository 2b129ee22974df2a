"""``/refer/{key}/check`` and ``/sent``: the answers to be checked, sent once, and what intake says to them."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from chassis.http_client import NoAnswer
from triage_ui.acts.posting import SEE_OTHER, claim, find_draft, where_it_led
from triage_ui.drafts.model import Draft, Fields
from triage_ui.pages.own_referrals.missing import in_groups
from triage_ui.pages.refer import model
from triage_ui.pages.refer.body import body_of
from triage_ui.pages.refer.keeping import gone, keep_late, open_draft
from triage_ui.pages.refer.problems import with_refusal, without_refusal
from triage_ui.pages.refer.tasks import Part, parts_of, summary_of, unanswered, words_of
from triage_ui.services.caller import Refused
from triage_ui.services.intake_own import Receipt
from triage_ui.shell import forms
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import Dependencies, SignedIn, Visitor, dependencies_of

router = APIRouter()

_BUSY: Final = "still-running"


@router.get("/refer/{form_key}/check")
async def check(form_key: UUID, request: Request, visitor: SignedIn) -> Response:
    """Every answer, before it is sent."""
    draft = await open_draft(request, visitor, form_key)
    return draft if isinstance(draft, Response) else _checked(request, visitor, draft.fields, form_key)


@router.post("/refer/{form_key}/check")
async def send(form_key: UUID, request: Request, visitor: SignedIn) -> Response:
    """Send it once, however often the form arrives."""
    form, dependencies = await forms.read_of_session(request, visitor.secret), dependencies_of(request)
    draft = await find_draft(dependencies, visitor.person.subject, form.get("form_key"))
    if draft is None or draft.act != model.NAME or draft.form_key != form_key:
        return gone(request, visitor)
    if draft.done_at is None and await claim(dependencies, draft):
        return await _sent(request, visitor, draft)
    return await where_it_led(dependencies, draft, otherwise=request.url.path)


@router.get("/refer/{form_key}/sent")
async def show_sent(form_key: UUID, request: Request, visitor: SignedIn) -> Response:
    """The reference, what happens next, and what only the sender can do."""
    draft = await find_draft(dependencies_of(request), visitor.person.subject, str(form_key))
    receipt = model.receipt_of(draft) if draft and draft.act == model.NAME else None
    if draft is None or receipt is None:
        return gone(request, visitor)
    return pages_of(request).render(
        request,
        "pages/refer/sent.html",
        visitor=visitor,
        receipt=receipt,
        missing=in_groups(receipt.missing_information),
        late=model.came_late(draft),
    )


async def _sent(request: Request, visitor: Visitor, draft: Draft) -> Response:
    """What may have arrived already goes first, as it was: under one key there is one referral."""
    dependencies, refused = dependencies_of(request), None
    try:
        for attempt in model.attempts_of(draft.fields):
            await _keep(dependencies, draft, _as_sent(attempt))
            try:
                receipt = await visitor.services.own.refer(body_of(attempt), key=str(draft.form_key))
            except Refused as error:
                if error.slug == _BUSY:
                    raise NoAnswer from error
                refused = error
            else:
                return await _arrived(dependencies, draft, attempt, receipt)
    except NoAnswer:
        return _not_now(request, visitor, draft)
    finally:
        async with dependencies.db.transaction() as tx:
            await dependencies.drafts.not_sent(tx, draft.form_key)
    assert refused is not None
    return await _refused(request, visitor, draft, refused)


async def _arrived(dependencies: Dependencies, draft: Draft, sent: Fields, receipt: Receipt) -> Response:
    """The answers are erased; what was written after they had left is kept to be added."""
    led_to, now = f"/refer/{draft.form_key}/sent", dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        locked = await dependencies.drafts.lock(tx, draft.subject, draft.form_key, now=now)
        words = _written_since(sent, locked.fields) if locked else []
        if words:
            await keep_late(tx, dependencies, draft.subject, receipt, words)
        answered = model.answered(receipt, late=bool(words))
        await dependencies.drafts.done(tx, draft.form_key, led_to=led_to, now=now, answered=answered)
    return RedirectResponse(led_to, SEE_OTHER)


def _written_since(sent: Fields, fields: Fields) -> list[str]:
    left, before = parts_of(model.answers_of(fields)), set(words_of(parts_of(sent)))
    return [words for words in words_of(left) if words not in before]


async def _refused(request: Request, visitor: Visitor, draft: Draft, refused: Refused) -> Response:
    """Nothing was taken: what to put right is kept with the answers, each beside its question."""
    dependencies = dependencies_of(request)
    fields = await _keep(dependencies, draft, lambda kept: with_refusal(model.not_arrived(kept), refused.errors))
    return _checked(request, visitor, fields, draft.form_key, refused=refused)


async def _keep(dependencies: Dependencies, draft: Draft, changed: Callable[[Fields], Fields]) -> Fields:
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        locked = await dependencies.drafts.lock(tx, draft.subject, draft.form_key, now=now) or draft
        fields = changed(locked.fields)
        await dependencies.drafts.keep(tx, locked, fields, now=now)
    return fields


def _as_sent(attempt: Fields) -> Callable[[Fields], Fields]:
    return lambda kept: model.sending(without_refusal(kept), attempt)


def _checked(
    request: Request, visitor: Visitor, fields: Fields, form_key: UUID, *, refused: Refused | None = None
) -> Response:
    parts: list[Part] = parts_of(fields)
    return pages_of(request).render(
        request,
        "pages/refer/check.html",
        visitor=visitor,
        status=200 if refused is None else refused.status,
        home=f"/refer/{form_key}",
        form_key=form_key,
        parts=parts,
        in_danger=fields.get("immediate_danger") == ["yes"],
        unanswered=unanswered(fields),
        mistakes=summary_of(fields),
        refusal=refused,
    )


def _not_now(request: Request, visitor: Visitor, draft: Draft) -> Response:
    address = f"/refer/{draft.form_key}"
    return pages_of(request).render(request, "acts/not_now.html", visitor=visitor, status=503, address=address)
