"""What the rules of a case share: what every event says, and what must hold before anything is done."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from triage.errors import CaseAlreadyClosed, NewsUnseen, NotAChildOfTheCase, NotYourRole
from triage.model import Acting, Case


class OfCase(TypedDict):
    """The fields that every event of a case has."""

    case_id: UUID
    referral_id: UUID


def of_case(case: Case) -> OfCase:
    """What every event of a case says."""
    return {"case_id": case.case_id, "referral_id": case.referral_id}


def says(words: str | None) -> bool:
    """Whether somebody wrote anything; blank text says nothing."""
    return words is not None and bool(words.strip())


def must_be_open(case: Case) -> None:
    """Raises ``CaseAlreadyClosed``."""
    if case.closed_at is not None:
        raise CaseAlreadyClosed


def must_be_seen(case: Case) -> None:
    """Raises ``NewsUnseen``. Sending the newest version is not enough: the queue shows it without what is new."""
    if case.unseen:
        raise NewsUnseen


def must_be_children(case: Case, child_ids: Sequence[UUID]) -> None:
    """Raises ``NotAChildOfTheCase`` for a stranger, or for a child named twice."""
    if not set(case.child_ids).issuperset(child_ids) or len(set(child_ids)) != len(child_ids):
        raise NotAChildOfTheCase


def must_have_role(by: Acting, roles: frozenset[str]) -> None:
    """Raises ``NotYourRole`` for anyone who has none of them."""
    if by.actor.roles.isdisjoint(roles):
        raise NotYourRole
