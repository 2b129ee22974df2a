"""A form that was posted: kept also when its session has ended meanwhile, and sent once however often it arrives."""

import asyncio
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from triage_ui.drafts.model import Draft
from triage_ui.drafts.store import SENDING_SECONDS
from triage_ui.session.model import Session
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.visitor import COOKIE, Dependencies, SignInNeeded, dependencies_of

SEE_OTHER: Final = 303
_LOOK_AGAIN_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Posting:
    """What somebody typed, and whose session it is, over or not."""

    dependencies: Dependencies
    session: Session
    form: Form = field(repr=False)

    @property
    def subject(self) -> str:
        """Who typed it."""
        return self.session.person.subject

    async def lead_on(self, to: str, *, back: str) -> Response:
        """On to the next page; first to the sign-in page, and ``back`` here, when the session has ended."""
        sessions = self.dependencies.sessions
        if sessions.is_over(self.session):
            return RedirectResponse(f"/sign-in?to={quote(back, safe='/')}", SEE_OTHER)
        await sessions.use(self.session)
        return RedirectResponse(to, SEE_OTHER)


async def posted(request: Request) -> Posting:
    """The posted form of somebody who is or was signed in. Raises ``SignInNeeded`` and as ``read_of_session`` does."""
    dependencies, secret = dependencies_of(request), request.cookies.get(COOKIE, "")
    session = await dependencies.sessions.find(secret) if secret else None
    if session is None:
        raise SignInNeeded
    return Posting(dependencies, session, await forms.read_of_session(request, secret))


async def find_draft(dependencies: Dependencies, subject: str, form_key: str) -> Draft | None:
    """The draft of a form's key, when it is this person's; None for every other text."""
    try:
        key = UUID(form_key)
    except ValueError:
        return None
    async with dependencies.db.transaction() as tx:
        return await dependencies.drafts.find(tx, subject, key, now=dependencies.clock.now())


async def claim(dependencies: Dependencies, draft: Draft) -> bool:
    """Whether the caller is the one who sends it."""
    async with dependencies.db.transaction() as tx:
        return await dependencies.drafts.claim_sending(tx, draft.form_key, now=dependencies.clock.now())


async def where_it_led(dependencies: Dependencies, draft: Draft, *, otherwise: str) -> Response:
    """For a second click or a page that was reloaded: wait for the first, then lead to the same place."""
    for _ in range(int(SENDING_SECONDS / _LOOK_AGAIN_SECONDS)):
        async with dependencies.db.transaction() as tx:
            found = await dependencies.drafts.find(tx, draft.subject, draft.form_key, now=dependencies.clock.now())
        if found is not None and found.led_to is not None:
            return RedirectResponse(found.led_to, SEE_OTHER)
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return RedirectResponse(otherwise, SEE_OTHER)
