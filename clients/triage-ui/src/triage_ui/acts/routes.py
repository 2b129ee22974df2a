"""The pages of an act: write, check, send once; what is written is kept from the first post on."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from chassis.http_client import NoAnswer
from triage_ui.acts.act import Act, Ids, Seen
from triage_ui.acts.posting import SEE_OTHER, Posting, claim, find_draft, posted, where_it_led
from triage_ui.drafts.model import Draft
from triage_ui.services.caller import FreshSignInNeeded, Refused
from triage_ui.services.operator import SERVICES
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor, dependencies_of

GONE: Final = 410
STALE: Final = 412
PAUSED: Final = "sure=yes"
"""In the address of the page to check: this person has read the page that asks to pause."""
_REFERENCE: Final = re.compile(r"[A-Z0-9-]{1,30}")
_PARKED_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_VERSION: Final = re.compile(r'"[0-9]{1,9}"|')


class ActPages:
    """Routes of one act."""

    def __init__(self, act: Act) -> None:
        self._act = act

    def router(self) -> APIRouter:
        """The form, the page to check it, and what each posts to."""
        router, path = APIRouter(), self._act.path
        router.add_api_route(path, self.show, methods=["GET"], name=f"{self._act.name}_show")
        router.add_api_route(path, self.save, methods=["POST"], name=f"{self._act.name}_save")
        router.add_api_route(f"{path}/check", self.check, methods=["GET"], name=f"{self._act.name}_check")
        router.add_api_route(f"{path}/check", self.send, methods=["POST"], name=f"{self._act.name}_send")
        router.add_api_route(f"{path}/go-on", self.go_on, methods=["POST"], name=f"{self._act.name}_go_on")
        return router

    async def show(self, request: Request, visitor: SignedIn) -> Response:
        """The form, with what this person wrote into it before."""
        ids = _ids(request)
        seen = await self._act.look(visitor, ids)
        draft = await self._open_draft(request, visitor, ids)
        return self._form(request, visitor, seen, ids, draft)

    async def save(self, request: Request) -> Response:
        """Keep everything as it was typed, then go on; also when the session has ended meanwhile."""
        posting, here = await posted(request), request.url.path
        await self._save(posting, _ids(request))
        to = "/drafts?saved=yes" if posting.form.get("then") == "later" else f"{here}/check"
        return await posting.lead_on(to, back=here)

    async def check(self, request: Request, visitor: SignedIn) -> Response:
        """What will be sent, or the form again with what is not filled in."""
        ids = _ids(request)
        draft = await self._open_draft(request, visitor, ids)
        if draft is None:
            return RedirectResponse(request.url.path.removesuffix("/check"), SEE_OTHER)
        seen = await self._act.look(visitor, ids)
        mistakes = self._act.mistakes(seen, draft)
        if mistakes:
            return self._form(request, visitor, seen, ids, draft, mistakes=dict(mistakes))
        pause = self._act.pause(seen, draft)
        if pause and PAUSED not in request.url.query:
            return self._render(request, visitor, "acts/pause.html", ids, seen=seen, pause=pause)
        return self._checked(request, visitor, seen, ids, draft)

    async def send(self, request: Request, visitor: SignedIn) -> Response:
        """Give the command once, however often the form arrives."""
        form, ids = await forms.read_of_session(request, visitor.secret), _ids(request)
        draft = await self._draft_of(request, visitor, form, ids)
        if draft is None:
            return pages_of(request).render(request, "acts/form_gone.html", visitor=visitor, status=GONE)
        if draft.done_at is None and await claim(dependencies_of(request), draft):
            return await self._sent(request, visitor, ids, draft)
        return await where_it_led(dependencies_of(request), draft, otherwise=request.url.path)

    async def go_on(self, request: Request, visitor: SignedIn) -> Response:
        """The person has seen what changed, and goes on with what they wrote."""
        form, ids = await forms.read_of_session(request, visitor.secret), _ids(request)
        draft = await self._draft_of(request, visitor, form, ids)
        if draft is None:
            return pages_of(request).render(request, "acts/form_gone.html", visitor=visitor, status=GONE)
        async with dependencies_of(request).db.transaction() as tx:
            await dependencies_of(request).drafts.see_version(tx, draft.form_key, _version(form))
        return RedirectResponse(request.url.path.removesuffix("/go-on") + "/check", SEE_OTHER)

    async def _sent(self, request: Request, visitor: Visitor, ids: Ids, draft: Draft) -> Response:
        dependencies = dependencies_of(request)
        try:
            said = await self._act.send(visitor, ids, draft)
        except Exception as error:
            async with dependencies.db.transaction() as tx:
                await dependencies.drafts.not_sent(tx, draft.form_key)
            return await self._not_sent(request, visitor, ids, draft, error)
        led_to = f"{self._act.back(ids)}?done={self._act.name}{said or ''}"
        async with dependencies.db.transaction() as tx:
            await dependencies.drafts.done(tx, draft.form_key, led_to=led_to, now=visitor.now)
        return RedirectResponse(led_to, SEE_OTHER)

    async def _not_sent(self, request: Request, visitor: Visitor, ids: Ids, draft: Draft, error: Exception) -> Response:
        """Say why, with everything that was written still there. What is no answer of a service is raised again."""
        if isinstance(error, FreshSignInNeeded):
            here = quote(f"{request.url.path}?{PAUSED}", safe="/")
            return RedirectResponse(f"/sign-in?max_age={error.max_age_seconds}&to={here}", SEE_OTHER)
        if isinstance(error, NoAnswer):
            return self._render(request, visitor, "acts/not_now.html", ids, 503)
        if not isinstance(error, Refused):
            raise error
        seen = await self._act.look(visitor, ids)
        if error.status == STALE:
            standing = self._act.standing(visitor, seen, draft)
            rows = self._act.rows(visitor, seen, draft)
            return self._render(
                request, visitor, "acts/changed.html", ids, STALE, seen=seen, draft=draft, standing=standing, rows=rows
            )
        return self._checked(request, visitor, seen, ids, draft, refused=error)

    async def _save(self, posting: Posting, ids: Ids) -> Draft:
        dependencies, form = posting.dependencies, posting.form
        reference = form.get("reference")
        async with dependencies.db.transaction() as tx:
            return await dependencies.drafts.save(
                tx,
                posting.subject,
                act=self._act.name,
                about=_about(ids),
                reference=reference if _REFERENCE.fullmatch(reference) else "",
                fields=form.only(*self._act.fields),
                version=_version(form),
                now=dependencies.clock.now(),
            )

    async def _open_draft(self, request: Request, visitor: Visitor, ids: Ids) -> Draft | None:
        dependencies, subject = dependencies_of(request), visitor.person.subject
        async with dependencies.db.transaction() as tx:
            return await dependencies.drafts.find_open(
                tx, subject, act=self._act.name, about=_about(ids), now=visitor.now
            )

    async def _draft_of(self, request: Request, visitor: Visitor, form: Form, ids: Ids) -> Draft | None:
        """The draft of the form's key, when it is this person's, of this act and on this record."""
        draft = await find_draft(dependencies_of(request), visitor.person.subject, form.get("form_key"))
        return draft if draft and (draft.act, draft.about) == (self._act.name, _about(ids)) else None

    def _form(
        self,
        request: Request,
        visitor: Visitor,
        seen: Seen,
        ids: Ids,
        draft: Draft | None,
        *,
        mistakes: dict[str, str] | None = None,
    ) -> Response:
        return self._render(
            request, visitor, self._act.template, ids, seen=seen, view=seen.view, draft=draft, mistakes=mistakes or {}
        )

    def _checked(
        self, request: Request, visitor: Visitor, seen: Seen, ids: Ids, draft: Draft, *, refused: Refused | None = None
    ) -> Response:
        rows = self._act.rows(visitor, seen, draft)
        status = 200 if refused is None else refused.status
        return self._render(
            request, visitor, "acts/check.html", ids, status, seen=seen, draft=draft, rows=rows, refused=refused
        )

    def _render(
        self, request: Request, visitor: Visitor, template: str, ids: Ids, status: int = 200, **shown: object
    ) -> Response:
        address = request.url.path.removesuffix("/check").removesuffix("/go-on")
        shown |= {"act": self._act, "address": address, "back": self._act.back(ids)}
        return pages_of(request).render(request, template, visitor=visitor, status=status, **shown)


def _ids(request: Request) -> Ids:
    """What the address names. Anything else leads nowhere."""
    try:
        return {name: _READ_AS.get(name, UUID)(value) for name, value in request.path_params.items()}
    except ValueError as error:
        raise HTTPException(404) from error


def _service(name: str) -> str:
    """One of ours. Raises ``ValueError``."""
    return SERVICES[SERVICES.index(name)]


def _parked_id(digits: str) -> int:
    """The number of a message, written as pages write it. Raises ``ValueError``."""
    if not _PARKED_ID.fullmatch(digits):
        raise ValueError
    return int(digits)


_READ_AS: Final[Mapping[str, Callable[[str], Any]]] = {"service": _service, "parked_id": _parked_id}


def _about(ids: Ids) -> str:
    return "/".join(str(value) for value in ids.values())


def _version(form: Form) -> str:
    """What the form says was seen; a service judges it, so anything that is no version is as good as none."""
    version = form.get("seen_version")
    return version if _VERSION.fullmatch(version) else ""
