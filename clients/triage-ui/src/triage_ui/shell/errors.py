"""Pages for what goes wrong: what happened, whether what was typed is safe, and what to do next."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.db import DatabaseUnavailable
from chassis.http_client import NoAnswer
from triage_ui.services.caller import FreshSignInNeeded, Refused, TokenEnded
from triage_ui.session.sessions import SessionOver
from triage_ui.shell import forms
from triage_ui.shell.forms import NotOurForm, TooLong
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import COOKIE, SignInNeeded, Visitor, dependencies_of, visitor_of

log = telemetry.logger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]
_SEE_OTHER = 303


def install(app: FastAPI) -> None:
    """Every failure becomes a page."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


async def _sign_in(request: Request, _: Exception) -> Response:
    """To the sign-in page and back to the page that was asked for; a form that came too late is not sent by itself."""
    to = request.url.path if _is_page(request) else "/"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return RedirectResponse(f"/sign-in?to={quote(to + query, safe='/')}", _SEE_OTHER)


def _is_page(request: Request) -> bool:
    """Whether there is a page at the address, to which a form led too."""
    asked = {**request.scope, "method": "GET"}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


async def _fresh_sign_in(request: Request, error: Exception) -> Response:
    age = error.max_age_seconds if isinstance(error, FreshSignInNeeded) else 0
    return RedirectResponse(f"/sign-in?max_age={age}&to={quote(request.url.path, safe='/')}", _SEE_OTHER)


async def _not_found(request: Request, error: Exception) -> Response:
    """Also for addresses that are none: a number that is no number leads nowhere."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        return await _page(request, "not_found", status=405)
    return (
        await _page(request, "not_found", status=status)
        if status < 500
        else await _unavailable_page(request, status=status)
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    names = {403: "not_allowed", 404: "not_found", 409: "conflict", 412: "conflict"}
    status = error.status if error.status in (403, 404, 409, 412, 422, 429) else 400
    return await _page(request, names.get(error.status, "refused"), status=status, refused=error)


async def _unavailable(request: Request, _: Exception) -> Response:
    return await _unavailable_page(request, status=503)


async def _not_our_form(request: Request, _: Exception) -> Response:
    return await _page(request, "not_our_form", status=403)


async def _too_long(request: Request, _: Exception) -> Response:
    return await _page(request, "too_long", status=413)


class Faults:
    """Pure-ASGI middleware: what nobody foresaw becomes a page too; the log names the class and the place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_watch)
        except Exception:
            if scope["type"] != "http" or started:  # half an answer has left: only closing the connection tells
                raise
            log.exception("page failed")
            answer = await _unavailable_page(Request(scope, receive), status=500)
            await answer(scope, receive, send)


async def _page(request: Request, name: str, *, status: int, **shown: object) -> Response:
    visitor = await _visitor(request)
    return pages_of(request).render(request, f"shell/error_pages/{name}.html", visitor=visitor, status=status, **shown)


async def _unavailable_page(request: Request, *, status: int) -> Response:
    """What was posted, and perhaps saved nowhere, stands in the page, which can send it again."""
    kept = await forms.to_send_again(request, request.cookies.get(COOKIE, ""))
    return await _page(request, "unavailable", status=status, kept=kept)


async def _visitor(request: Request) -> Visitor | None:
    """The person who is signed in, so that the page has their menu; nobody while that cannot be known."""
    dependencies, secret = dependencies_of(request), request.cookies.get(COOKIE, "")
    try:
        session = await dependencies.sessions.find(secret) if secret else None
    except DatabaseUnavailable:
        return None
    if session is None or dependencies.sessions.is_over(session):
        return None
    return visitor_of(dependencies, secret, session)


_HANDLERS: dict[type[Exception], Handler] = {
    SignInNeeded: _sign_in,
    SessionOver: _sign_in,
    TokenEnded: _sign_in,
    FreshSignInNeeded: _fresh_sign_in,
    HTTPException: _not_found,
    RequestValidationError: _not_found,
    Refused: _refused,
    NoAnswer: _unavailable,
    DatabaseUnavailable: _unavailable,
    NotOurForm: _not_our_form,
    TooLong: _too_long,
}
