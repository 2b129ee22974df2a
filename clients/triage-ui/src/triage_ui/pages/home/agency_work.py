"""What waits for agencies and receiving teams, and notices that wait for anybody who reads them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from triage_ui.pages.home.section import SHOWN, Section, Source, Task
from triage_ui.pages.inbox.inbox import by_pressure, is_waiting
from triage_ui.services.notify import NoticeItem
from triage_ui.services.triage import ListedRequest, OpenQuestion
from triage_ui.shell.formats import moment
from triage_ui.shell.menu import AGENCY, TEAM
from triage_ui.shell.visitor import Visitor

_PAGE: Final = {"limit": "50"}
_QUESTIONS: Final = "Questions about your referrals"
_OFFERED: Final = "handover-offered"


async def read_questions(visitor: Visitor) -> Section:
    """What the front door asks about one's agency's own referrals, the next to be due first."""
    waiting = sorted((await visitor.services.triage.questions()).questions, key=lambda one: one.due_at)
    return Section(
        title=_QUESTIONS,
        tasks=[_question(one) for one in waiting[:SHOWN]],
        nothing="Nobody asks anything about your agency's referrals.",
        more=Task("Your referrals with a question", "/referrals?asked=yes", len(waiting))
        if len(waiting) > SHOWN
        else None,
    )


async def read_requests(visitor: Visitor) -> Section:
    """What one's agency was asked and has not answered, the next to be due first."""
    found = (await visitor.services.triage.requests(_PAGE)).requests
    waiting = sorted((one for one in found if _is_open(one)), key=lambda one: one.due_at)
    return Section(
        title="Requests that wait for your answer",
        tasks=[_request(one) for one in waiting[:SHOWN]],
        nothing="No request waits for your agency's answer.",
        more=Task("All requests", "/inbox", len(waiting)) if len(waiting) > SHOWN else None,
    )


async def read_handovers(visitor: Visitor) -> Section:
    """Children that one's team is offered."""
    waiting = [one for one in await _waiting(visitor) if one.kind == _OFFERED]
    return Section(
        title="Handovers offered to your team",
        tasks=[_notice(one) for one in waiting[:SHOWN]],
        nothing="No handover waits for your team.",
        more=Task("All handovers offered", "/inbox", len(waiting)) if len(waiting) > SHOWN else None,
    )


async def read_notices(visitor: Visitor) -> Section:
    """Notices that nobody has dealt with, the most pressing first."""
    waiting = sorted(await _waiting(visitor), key=by_pressure)
    return Section(
        title="Notices that nobody has dealt with",
        tasks=[_notice(one) for one in waiting[:SHOWN]],
        nothing="No notice waits.",
        more=Task("All notices", "/inbox", len(waiting)) if len(waiting) > SHOWN else None,
    )


async def _waiting(visitor: Visitor) -> Sequence[NoticeItem]:
    return [one for one in (await visitor.services.notify.inbox(_PAGE)).notices if is_waiting(one)]


def _is_open(one: ListedRequest) -> bool:
    return not (one.answered_at or one.withdrawn_at)


def _question(one: OpenQuestion) -> Task:
    address = f"/referrals/{one.referral_id}/questions/{one.question_id}/answer"
    return Task(one.reference, address, detail=_due(one.due_at), late=one.overdue)


def _request(one: ListedRequest) -> Task:
    return Task(one.reference, f"/requests/{one.request_id}", detail=_due(one.due_at), late=one.overdue)


def _notice(one: NoticeItem) -> Task:
    when = _due(one.due_at) if one.due_at else f"came {moment(one.queued_at)}"
    detail = f"Urgent, {when}" if one.urgent else when
    return Task(f"{one.title}: {one.reference}", f"/inbox/{one.notice_id}", detail=detail, late=one.urgent)


def _due(at: datetime) -> str:
    return f"due {moment(at)}"


SOURCES: Final = (
    Source(_QUESTIONS, AGENCY, read_questions),
    Source("Requests that wait for your answer", AGENCY, read_requests),
    Source("Handovers offered to your team", TEAM, read_handovers),
)
NOTICES: Final = Source("Notices that nobody has dealt with", frozenset(), read_notices)
"""For everybody to whom the partnership's pack sends notices, whatever their role."""
