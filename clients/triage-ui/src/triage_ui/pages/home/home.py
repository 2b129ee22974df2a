"""``/``: what must I do next? Each role has its sections; what is in them the services say."""

from asyncio import gather
from collections.abc import Collection, Sequence
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.http_client import NoAnswer
from triage_ui.pages.home import agency_work, office_work, triage_work
from triage_ui.pages.home.section import Section, Source
from triage_ui.services.caller import Refused
from triage_ui.shell.formats import count
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor, dependencies_of

router = APIRouter()

SOURCES: Final[Sequence[Source]] = (
    *agency_work.SOURCES,
    *triage_work.SOURCES,
    *office_work.SOURCES,
)
"""Every section there is, in the order of the page."""
_AWAY: Final = "This cannot be shown now. Try again in a minute; nothing is lost."


def sources_for(roles: Collection[str], *, reads_notices: bool) -> list[Source]:
    """The sections of somebody with these roles; notices are everybody's whom the pack gives some."""
    own = [source for source in SOURCES if not set(source.roles).isdisjoint(roles)]
    return [*own, agency_work.NOTICES] if reads_notices else own


@router.get("/")
async def show_home(request: Request, visitor: SignedIn) -> Response:
    """All sections at once; the one that fails says so, and the others are there."""
    sources = sources_for(visitor.person.roles, reads_notices=visitor.reads_notices)
    return pages_of(request).render(
        request,
        "pages/home/home.html",
        visitor=visitor,
        sections=await gather(*(_read(source, visitor) for source in sources)),
        drafts=await _drafts(request, visitor),
    )


async def _read(source: Source, visitor: Visitor) -> Section:
    try:
        return await source.read(visitor)
    except NoAnswer:
        return Section(source.title, (), _AWAY)
    except Refused as refused:
        return Section(source.title, (), f"{refused.title}. {refused.detail}".strip())


async def _drafts(request: Request, visitor: Visitor) -> str:
    dependencies = dependencies_of(request)
    async with dependencies.db.transaction() as tx:
        found = await dependencies.drafts.list_open(tx, visitor.person.subject, now=visitor.now)
    return count(len(found), "draft") if found else ""
