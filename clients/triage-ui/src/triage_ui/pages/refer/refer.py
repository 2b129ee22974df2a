"""``/refer``: a referral, a question on each page; what is written is kept from the first post on."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.ids import RandomIds
from triage_ui.acts.posting import Posting, posted
from triage_ui.drafts.model import KEPT, Draft, Fields
from triage_ui.pages.refer import model
from triage_ui.pages.refer.form.model import Section
from triage_ui.pages.refer.form.whole import find_section
from triage_ui.pages.refer.keeping import GONE, change, keep_late, open_draft
from triage_ui.pages.refer.problems import forgotten, mistakes_on, settled
from triage_ui.pages.refer.tasks import Part, Said, groups_of, heading_of, summary_of, words_of
from triage_ui.pages.refer.written import (
    Answers,
    Place,
    entry_name,
    find_place,
    next_of,
    numbers_of,
    shown,
    with_answers,
    with_entry,
    without_entry,
)
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor, dependencies_of

router = APIRouter()

_IDS: Final = RandomIds()
_FIRST: Final = "first/danger"
_RECENT: Final = {"limit": "5"}


@router.get("/refer")
async def show_start(request: Request, visitor: SignedIn) -> Response:
    """What to do first, what somebody has begun, and what the agency referred last: intake says who may."""
    recent = await visitor.services.own.list(_RECENT)
    dependencies = dependencies_of(request)
    async with dependencies.db.transaction() as tx:
        drafts = await dependencies.drafts.list_open(tx, visitor.person.subject, now=visitor.now)
    return pages_of(request).render(
        request,
        "pages/refer/start.html",
        visitor=visitor,
        recent=recent.referrals,
        begun=[(draft, model.address_of(draft)) for draft in drafts if draft.act == model.NAME],
        form_key=_IDS.new(),
        kept_hours=KEPT // timedelta(hours=1),
    )


@router.post("/refer")
async def begin(request: Request) -> Response:
    """Begin one, once for each page that was shown."""
    posting = await posted(request)
    try:
        form_key = UUID(posting.form.get("form_key"))
    except ValueError as error:
        raise HTTPException(404) from error
    dependencies = posting.dependencies
    async with dependencies.db.transaction() as tx:
        await dependencies.drafts.begin(
            tx,
            posting.subject,
            form_key,
            act=model.NAME,
            fields=model.new_fields(posting.session.person.name),
            now=dependencies.clock.now(),
        )
    return await posting.lead_on(f"/refer/{form_key}/{_FIRST}", back="/refer")


@router.get("/refer/{form_key}")
async def show_tasks(form_key: UUID, request: Request, visitor: SignedIn) -> Response:
    """Every question, in any order."""
    draft = await open_draft(request, visitor, form_key)
    if isinstance(draft, Response):
        return draft
    mistakes = summary_of(draft.fields)
    return _render(request, visitor, draft, "tasks", groups=groups_of(draft.fields), mistakes=mistakes)


@router.post("/refer/{form_key}/{slug}/add")
async def add_entry(form_key: UUID, slug: str, request: Request) -> Response:
    """One more child, person or paper."""
    posting, section, added = await posted(request), _section(slug), 0

    def more(fields: Fields) -> Fields:
        nonlocal added
        grown, added = with_entry(fields, section)
        return grown

    await change(posting, form_key, more)
    to = f"/refer/{form_key}/{slug}/{added}/{section.questions[0].slug}" if added else f"/refer/{form_key}"
    return await posting.lead_on(to, back=f"/refer/{form_key}")


@router.get("/refer/{form_key}/{slug}/{number}/remove")
async def ask_to_remove(form_key: UUID, slug: str, number: int, request: Request, visitor: SignedIn) -> Response:
    """Whether an entry is really to go, with all that was said of it."""
    draft, section = await open_draft(request, visitor, form_key), _section(slug)
    if isinstance(draft, Response):
        return draft
    if number not in numbers_of(draft.fields, section):
        raise HTTPException(404)
    heading, name = heading_of(draft.fields, section, number), entry_name(draft.fields, section, number)
    return _render(request, visitor, draft, "remove", section=section, number=number, heading=heading, name=name)


@router.post("/refer/{form_key}/{slug}/{number}/remove")
async def remove(form_key: UUID, slug: str, number: int, request: Request) -> Response:
    """Take an entry out."""
    posting, section = await posted(request), _section(slug)
    await change(posting, form_key, lambda fields: forgotten(without_entry(fields, section, number), section, number))
    return await posting.lead_on(f"/refer/{form_key}#{slug}", back=f"/refer/{form_key}")


@router.get("/refer/{form_key}/{slug}/{question}")
async def show_question(form_key: UUID, slug: str, question: str, request: Request, visitor: SignedIn) -> Response:
    """A question that is asked once."""
    return await _show(request, visitor, form_key, slug, 0, question)


@router.post("/refer/{form_key}/{slug}/{question}")
async def save_question(form_key: UUID, slug: str, question: str, request: Request) -> Response:
    """Keep its answers."""
    return await _save(request, form_key, slug, 0, question)


@router.get("/refer/{form_key}/{slug}/{number}/{question}")
async def show_entry_question(
    form_key: UUID, slug: str, number: int, question: str, request: Request, visitor: SignedIn
) -> Response:
    """A question about one entry."""
    return await _show(request, visitor, form_key, slug, number, question)


@router.post("/refer/{form_key}/{slug}/{number}/{question}")
async def save_entry_question(form_key: UUID, slug: str, number: int, question: str, request: Request) -> Response:
    """Keep its answers."""
    return await _save(request, form_key, slug, number, question)


async def _show(request: Request, visitor: Visitor, form_key: UUID, slug: str, number: int, question: str) -> Response:
    draft = await open_draft(request, visitor, form_key)
    if isinstance(draft, Response):
        return draft
    place = _place(draft.fields, slug, number, question)
    if number and number not in numbers_of(draft.fields, place.section):
        raise HTTPException(404)
    return _render(
        request,
        visitor,
        draft,
        "question",
        place=place,
        answers=Answers(draft.fields, place),
        heading=heading_of(draft.fields, place.section, number),
        name=entry_name(draft.fields, place.section, number),
        mistakes=mistakes_on(draft.fields, place),
    )


async def _save(request: Request, form_key: UUID, slug: str, number: int, question: str) -> Response:
    """Keep everything as it was typed, then go on; also when the session has ended meanwhile."""
    posting = await posted(request)
    given: Fields = {name: list(posting.form.all(name)) for name in {name for name, _ in posting.form.pairs}}

    def answered(fields: Fields) -> Fields:
        place = _place(fields, slug, number, question)
        return settled(with_answers(fields, place, given), place)

    before = await change(posting, form_key, answered)
    if before is None:
        raise HTTPException(GONE)
    if before.done_at is not None:
        return await _too_late(posting, before, _section(slug), question, given)
    following = next_of(_place(before.fields, slug, number, question))
    to = f"/{following.path}" if following and posting.form.get("then") == "next" else f"#{slug}"
    return await posting.lead_on(f"/refer/{form_key}{to}", back=request.url.path)


async def _too_late(posting: Posting, sent: Draft, section: Section, question: str, given: Fields) -> Response:
    """It was sent from another tab before this page was saved."""
    receipt, asked = model.receipt_of(sent), section.find(question)
    if receipt is None or asked is None:
        raise HTTPException(GONE)
    place = Place(section, asked, 1 if section.entries else 0)
    fields = with_answers({}, place, given)
    rows = [Said(box.label, shown(fields, place, box), place.path, box.name) for box in asked.boxes]
    words = words_of([Part(section.title, [row for row in rows if row.value])])
    async with posting.dependencies.db.transaction() as tx:
        await keep_late(tx, posting.dependencies, posting.subject, receipt, words)
    return await posting.lead_on(f"/referrals/{receipt.referral_id}/add", back="/drafts")


def _section(slug: str) -> Section:
    section = find_section(slug)
    if section is None:
        raise HTTPException(404)
    return section


def _place(fields: Fields, slug: str, number: int, question: str) -> Place:
    place = find_place(_section(slug), number, question, fields)
    if place is None:
        raise HTTPException(404)
    return place


def _render(request: Request, visitor: Visitor, draft: Draft, template: str, **said: Any) -> Response:
    home = f"/refer/{draft.form_key}"
    return pages_of(request).render(
        request, f"pages/refer/{template}.html", visitor=visitor, draft=draft, home=home, **said
    )
