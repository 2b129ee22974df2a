"""What waits for the agency of the person who signed in: questions about its referrals, and information requests."""

from dataclasses import dataclass

from triage_ui.services.triage import ListedRequest, OpenQuestion
from triage_ui.shell.menu import AGENCY
from triage_ui.shell.visitor import Visitor

_MOST = "50"


@dataclass(frozen=True)
class Waiting:
    """What nobody of the agency has answered yet."""

    questions: tuple[OpenQuestion, ...]
    requests: tuple[ListedRequest, ...]


async def waiting_for_agency(visitor: Visitor) -> Waiting | None:
    """References and times alone, as triage lists them; None for somebody who answers for no agency."""
    if not visitor.person.roles & AGENCY:
        return None
    questions = (await visitor.services.triage.questions()).questions
    asked = (await visitor.services.triage.requests({"limit": _MOST})).requests
    return Waiting(questions, tuple(one for one in asked if one.answered_at is None))
