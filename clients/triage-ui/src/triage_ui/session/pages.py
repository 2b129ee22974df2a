"""Signing in and out, and the time-out: the only pages that somebody may open who is not signed in."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from chassis import telemetry
from chassis.http_client import NoAnswer
from contracts.problems import Forbidden, Unauthenticated
from triage_ui.session.issuer import SignInRefused
from triage_ui.session.model import ATTEMPT_LASTS
from triage_ui.session.returning import HOME, safe_path
from triage_ui.shell import forms
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import COOKIE, SignedIn, dependencies_of

router = APIRouter()
log = telemetry.logger(__name__)

ATTEMPT_COOKIE: Final = "__Host-frontdoor-sign-in"
SEE_OTHER: Final = 303
_LONGEST_AGE_SECONDS: Final = 86_400


@router.get("/sign-in")
async def sign_in(request: Request, to: str = HOME, max_age: int | None = None) -> Response:
    """Go to the issuer's page. ``to`` is where to go on afterwards; ``max_age`` asks for a fresh sign-in."""
    sessions = dependencies_of(request).sessions
    fresh = None if max_age is None else min(max(0, max_age), _LONGEST_AGE_SECONDS)
    secret, attempt = await sessions.begin_attempt(safe_path(to))
    answer = RedirectResponse(await sessions.issuer.page(attempt, max_age_seconds=fresh), SEE_OTHER)
    answer.set_cookie(
        ATTEMPT_COOKIE, secret, max_age=int(ATTEMPT_LASTS.total_seconds()), secure=True, httponly=True, samesite="lax"
    )
    return answer


@router.get("/sign-in/back")
async def come_back(request: Request, code: str = "", state: str = "") -> Response:
    """Back from the issuer: a new session under a new cookie, whatever the browser held before."""
    sessions = dependencies_of(request).sessions
    attempt_secret = request.cookies.get(ATTEMPT_COOKIE, "")
    try:
        attempt = await sessions.finish_attempt(attempt_secret, state=state)
        signed_in = await sessions.issuer.exchange(code, attempt)
    except (SignInRefused, Unauthenticated):
        return pages_of(request).render(request, "session/not_signed_in.html", status=400)
    except Forbidden:
        return pages_of(request).render(request, "session/no_agency.html", status=403)
    await _end_former(request)
    secret = await sessions.begin(signed_in)
    log.info("signed in", agency=signed_in.person.agency)
    answer = RedirectResponse(attempt.return_to, SEE_OTHER)
    answer.delete_cookie(ATTEMPT_COOKIE, secure=True, httponly=True, samesite="lax")
    answer.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="lax")
    return answer


async def _end_former(request: Request) -> None:
    """One browser has one session: signing in again, also freshly for one act, ends the one before."""
    sessions, secret = dependencies_of(request).sessions, request.cookies.get(COOKIE, "")
    former = await sessions.find(secret) if secret else None
    if former is not None:
        await sessions.end(former)


@router.post("/place")
async def act_for(request: Request, visitor: SignedIn) -> Response:
    """Go on in another of one's places, without signing in again. Whether the token has it each service says."""
    form = await forms.read_of_session(request, visitor.secret)
    if not await dependencies_of(request).sessions.act_for(visitor.session, form.get("place")):
        raise forms.NotOurForm
    return RedirectResponse(HOME, SEE_OTHER)


@router.post("/sign-out")
async def sign_out(request: Request, visitor: SignedIn) -> Response:
    """End the session here and the sign-in at the issuer, which notifies every other client."""
    await forms.read_of_session(request, visitor.secret)
    sessions, tokens = dependencies_of(request).sessions, visitor.session.tokens
    await sessions.end(visitor.session)
    ended = False
    if tokens is not None:
        try:
            ended = await sessions.issuer.end(tokens)
        except NoAnswer:
            log.warning("the issuer did not answer a sign-out")
    answer = RedirectResponse("/signed-out" if ended else await sessions.issuer.sign_out_page(), SEE_OTHER)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """What happened, and how to go on."""
    return pages_of(request).render(request, "session/signed_out.html", timed_out="timed-out" in request.query_params)


@router.get("/session")
async def time_left(request: Request) -> Response:
    """Seconds left, for the warning in the page. Asking does not lengthen anything."""
    sessions, secret = dependencies_of(request).sessions, request.cookies.get(COOKIE, "")
    session = await sessions.find(secret) if secret else None
    return JSONResponse({"seconds_left": sessions.seconds_left(session) if session else 0})


@router.post("/session")
async def stay_signed_in(request: Request, visitor: SignedIn) -> Response:
    """The person says that they are there."""
    await forms.read_of_session(request, visitor.secret)
    return JSONResponse({"seconds_left": visitor.seconds_left})


@router.post("/back-channel-sign-out")
async def sign_out_by_issuer(request: Request) -> Response:
    """The issuer says that somebody signed out, or was signed out: end those sessions, whatever replica began them."""
    sessions, form = dependencies_of(request).sessions, await forms.read(request)
    try:
        ended = await sessions.issuer.logged_out(form.get("logout_token"))
    except SignInRefused:
        return Response(status_code=400)
    count = await sessions.end_all(ended)
    log.info("signed out by the issuer", count=count)
    return Response(status_code=200)
