"""Reads a case and its referral's document for a page; what is withheld is said, never left out silently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis.http_client import NoAnswer
from policy.working_time import local_date
from triage_ui.pages.case.children import Caution, Children, immediate_safety, safe_contact, says_danger
from triage_ui.pages.case.household import Relative, household_of
from triage_ui.services.caller import Answer, Refused
from triage_ui.services.intake import ReferralDocument
from triage_ui.services.triage_case import CaseView
from triage_ui.shell.menu import STAFF
from triage_ui.shell.visitor import Visitor

TRIAGE: Final = "triage"
CHILD_PROTECTION: Final = "child-protection"


@dataclass(frozen=True)
class CaseFile:
    """A case, and its document or why there is none to show."""

    case: CaseView
    version: str
    referral: ReferralDocument | None
    withheld: str
    children: Children
    household: Sequence[Relative]

    @property
    def document(self) -> Mapping[str, Any] | None:
        """What was sent."""
        return self.referral.said if self.referral else None

    @property
    def in_danger(self) -> bool:
        """Whether the sender says that a child is in danger now, in the referral or in news."""
        return self.case.immediate_danger or says_danger(self.document)

    @property
    def danger(self) -> list[Caution]:
        """What the sender says about immediate safety."""
        return immediate_safety(self.document)

    @property
    def safe_contact(self) -> list[Caution]:
        """Where, whom and how not to contact."""
        return safe_contact(self.referral)


def purpose_of(visitor: Visitor) -> str:
    """What a look at a case is for: triage staff open it from the queue, others for a child they protect."""
    return TRIAGE if visitor.person.roles & STAFF else CHILD_PROTECTION


async def read_file(visitor: Visitor, case_id: UUID, *, edition: int | None = None) -> CaseFile:
    """Both, as this person may see them; each look is recorded by its service."""
    purpose = purpose_of(visitor)
    answer = await visitor.services.triage.case(case_id, purpose=purpose)
    referral, withheld = await read_document(visitor, answer.body.referral_id, purpose=purpose, edition=edition)
    return _file(visitor, answer, referral, withheld)


async def read_document(
    visitor: Visitor, referral_id: UUID, *, purpose: str, edition: int | None = None
) -> tuple[ReferralDocument | None, str]:
    """The document, or in words why it is not shown. A case is worked on also while intake does not answer."""
    try:
        return await visitor.services.intake.document(referral_id, purpose=purpose, edition=edition), ""
    except Refused as refused:
        return None, f"{refused.title}. {refused.detail}".strip()
    except NoAnswer:
        return None, "The referral cannot be read now. Try again in a minute; nothing is lost."


def _file(visitor: Visitor, answer: Answer[CaseView], referral: ReferralDocument | None, withheld: str) -> CaseFile:
    child_ids = [child.child_id for child in answer.body.children]
    document, today = referral.said if referral else None, local_date(visitor.now)
    children, household = Children(child_ids, document, today=today), household_of(document, today=today)
    return CaseFile(answer.body, answer.version, referral, withheld, children, household)
