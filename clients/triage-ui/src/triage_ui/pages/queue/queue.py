"""``/queue``: the cases of one's partnership in the order of the service; nothing is sorted or counted here."""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from chassis.http_client import NoAnswer
from chassis.ids import RandomIds
from triage_ui.pages.queue import remembered
from triage_ui.pages.queue.filter import NAMES, STATUSES, Filter, options
from triage_ui.pages.queue.people import called, names_of
from triage_ui.services.triage_queue import QueueLine
from triage_ui.session.sessions import Sessions
from triage_ui.shell.formats import count
from triage_ui.shell.menu import ASSIGNERS
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import COOKIE, SignedIn, SignInNeeded, Visitor, dependencies_of, visitor_of
from triage_ui.shell.words import Words

router = APIRouter()

SEE_OTHER: Final = 303
_IDS: Final = RandomIds()
_DONE: Final = {"claimed": "The case is yours.", "returned": "The case is given back."}


@router.get("/queue")
async def show_queue(request: Request, visitor: SignedIn, done: str = "") -> Response:
    """The queue, as this person chose to see it last. No page of it names a child."""
    asked = dict(request.query_params)
    chosen = Filter.of(asked)
    if not asked or "back" in asked:
        recalled = await _recalled(request, visitor)
        if not recalled.is_everything:
            place = recalled.cursor if "back" in asked else ""
            return RedirectResponse(recalled.address(cursor=place), SEE_OTHER)
    else:
        await _remember(request, visitor, chosen)
    page = await visitor.services.triage.queue(chosen.service_query)
    return pages_of(request).render(
        request,
        "pages/queue/queue.html",
        visitor=visitor,
        filter=chosen,
        page=page,
        lines=[(line, waiting_for(line, visitor.words)) for line in page.cases],
        choices=[(name, label, options(name, page.counts)) for name, label in NAMES.items() if name != "status"],
        statuses=STATUSES,
        workers=await visitor.services.triage.workers() if visitor.person.roles & ASSIGNERS else (),
        names=await names_of(request, visitor),
        called=called,
        form_key=_IDS.new(),
        banner=_DONE.get(done),
    )


def waiting_for(line: QueueLine, words: Words) -> list[str]:
    """What is open in a case, in words; what somebody should read first stands first."""
    unanswered = ", ".join(words.agency(code) for code in line.agencies_unanswered)
    said = [
        (line.children_undecided, f"{count(line.children_undecided, 'child', 'children')} to decide"),
        (line.children_deciding_again, f"{count(line.children_deciding_again, 'child', 'children')} to decide again"),
        (line.children_stale, f"{count(line.children_stale, 'decision')} made before the newest facts"),
        (
            len(line.agencies_unanswered),
            f"{len(line.agencies_unanswered)} of {count(line.requests_made, 'request')} not answered: {unanswered}",
        ),
        (line.questions_outstanding, f"{count(line.questions_outstanding, 'question')} to the sender open"),
        (line.handovers_outstanding, f"{count(line.handovers_outstanding, 'handover')} not accepted"),
    ]
    return [words for number, words in said if number]


@router.get("/queue/changes")
async def watch(request: Request) -> Response:
    """What changes in the queue, in ids and codes, passed on from triage. Never lengthens a session; ends with it."""
    dependencies, secret = dependencies_of(request), request.cookies.get(COOKIE, "")
    session = await dependencies.sessions.find(secret) if secret else None
    if session is None or dependencies.sessions.is_over(session):
        raise SignInNeeded
    visitor = visitor_of(dependencies, secret, session)
    return StreamingResponse(_passed_on(dependencies.sessions, secret, visitor), media_type="text/event-stream")


async def _passed_on(sessions: Sessions, secret: str, visitor: Visitor) -> AsyncIterator[str]:
    """Line by line; looks at the session whenever triage says that it is still there."""
    try:
        async for line in visitor.services.triage.changes():
            if line.startswith(":"):
                session = await sessions.find(secret)
                if session is None or sessions.is_over(session):
                    return
            yield f"{line}\n"
    except NoAnswer:
        return


async def _recalled(request: Request, visitor: Visitor) -> Filter:
    async with dependencies_of(request).db.transaction() as tx:
        query = await remembered.recall(tx, visitor.person.subject)
    return Filter.of(dict(parse_qsl(query)))


async def _remember(request: Request, visitor: Visitor, chosen: Filter) -> None:
    async with dependencies_of(request).db.transaction() as tx:
        if chosen.is_everything:
            await remembered.forget(tx, visitor.person.subject)
        else:
            await remembered.remember(tx, visitor.person.subject, chosen.query, now=visitor.now)
