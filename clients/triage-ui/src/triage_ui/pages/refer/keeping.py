"""Drafts of referrals as their pages read and change them."""

import json
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from chassis.db import Transaction
from triage_ui.acts.posting import SEE_OTHER, Posting, find_draft
from triage_ui.drafts.model import Draft, Fields
from triage_ui.pages.own_referrals.add import Add
from triage_ui.pages.refer import model
from triage_ui.services.intake_own import Receipt
from triage_ui.shell.forms import TooLong
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import Dependencies, Visitor, dependencies_of

GONE: Final = 410


async def open_draft(request: Request, visitor: Visitor, form_key: UUID) -> Draft | Response:
    """This person's draft; the page of its receipt when it was sent, and one that says so when there is none."""
    draft = await find_draft(dependencies_of(request), visitor.person.subject, str(form_key))
    if draft is None or draft.act != model.NAME:
        return gone(request, visitor)
    return RedirectResponse(draft.led_to, SEE_OTHER) if draft.led_to else draft


def gone(request: Request, visitor: Visitor) -> Response:
    """That there is no such form any more."""
    return pages_of(request).render(request, "acts/form_gone.html", visitor=visitor, status=GONE)


async def change(posting: Posting, form_key: UUID, changed: Callable[[Fields], Fields]) -> Draft | None:
    """Change what stands in an open draft; returns it as it was before, also one that was sent meanwhile.

    Raises ``TooLong``. Interleaving prevented: two tabs that are saved at once, of which the later undoes the other.
    """
    dependencies, now = posting.dependencies, posting.dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        locked = await dependencies.drafts.lock(tx, posting.subject, form_key, now=now)
        if locked is None or locked.act != model.NAME or locked.done_at is not None:
            return locked
        await dependencies.drafts.keep(tx, locked, _bounded(changed(locked.fields)), now=now)
    return locked


async def keep_late(
    tx: Transaction, dependencies: Dependencies, subject: str, receipt: Receipt, words: Sequence[str]
) -> None:
    """What was written after the referral had left becomes a draft to add to it, so that it is not lost."""
    about, now = str(receipt.referral_id), dependencies.clock.now()
    begun = await dependencies.drafts.find_open(tx, subject, act=Add.name, about=about, now=now)
    before = begun.get("words") if begun else ""
    fields: Fields = {**(begun.fields if begun else {}), "words": ["\n\n".join(filter(None, (before, *words)))]}
    await dependencies.drafts.save(
        tx, subject, act=Add.name, about=about, reference=receipt.reference, fields=fields, version="", now=now
    )


def _bounded(fields: Fields) -> Fields:
    if len(json.dumps(fields)) > model.MOST_CHARACTERS:
        raise TooLong
    return fields
