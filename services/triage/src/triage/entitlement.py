"""Who may see and do what: role AND relationship AND purpose, and nothing by default. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from contracts.codes import DenialReason, Purpose
from contracts.problems import Problem
from triage.errors import NoSuchCase, NoSuchHandover, NoSuchQuestion, NoSuchRequest, NotYourRole, WrongPurpose
from triage.model import (
    AGENCY_REPRESENTATIVE,
    AUDITOR,
    CONTACT_OFFICER,
    MACPT_MEMBER,
    MASH_MANAGER,
    PARTNER,
    SOCIAL_WORKER,
    Actor,
    Case,
    Handover,
    InformationRequest,
    Question,
)

Purposes = frozenset[Purpose]

STAFF: Final = frozenset({CONTACT_OFFICER, SOCIAL_WORKER, MASH_MANAGER})
"""Triage staff: who works the queue of their own partnership."""

AGENCY_ROLES: Final = frozenset({PARTNER, AGENCY_REPRESENTATIVE})
"""Who speaks for an agency."""

READ_PURPOSES: Final[Mapping[str, Purposes]] = MappingProxyType(
    {
        CONTACT_OFFICER: frozenset({Purpose.TRIAGE}),
        SOCIAL_WORKER: frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION}),
        MASH_MANAGER: frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION}),
        AUDITOR: frozenset({Purpose.AUDIT}),
    }
)
"""What each role may open any record of its partnership for. A role that is not here opens none by its role alone."""

TEAM_PURPOSES: Final = frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION})
ANSWERING: Final = frozenset({Purpose.ANSWER_REQUEST})
OWN_REFERRAL: Final = frozenset({Purpose.OWN_REFERRAL})
_NOTHING: Final[Purposes] = frozenset()


class Act(Enum):
    """What staff do to a case."""

    RATE = "rate"
    ASK = "ask"
    ASK_SENDER = "ask-sender"
    RECOMMEND = "recommend"
    AUTHORISE = "authorise"
    OFFER = "offer"
    TAKE_BACK = "take-back"
    CLOSE = "close"
    CLAIM = "claim"
    ASSIGN = "assign"
    UNASSIGN = "unassign"


ACT_ROLES: Final[Mapping[Act, frozenset[str]]] = MappingProxyType(
    {
        Act.RATE: frozenset({SOCIAL_WORKER, MASH_MANAGER}),
        Act.ASK: frozenset({SOCIAL_WORKER, MASH_MANAGER}),
        Act.ASK_SENDER: STAFF,
        Act.RECOMMEND: STAFF,
        Act.AUTHORISE: STAFF,
        Act.OFFER: frozenset({SOCIAL_WORKER, MASH_MANAGER}),
        Act.TAKE_BACK: frozenset({SOCIAL_WORKER, MASH_MANAGER}),
        Act.CLOSE: frozenset({MASH_MANAGER}),
        Act.CLAIM: STAFF,
        Act.ASSIGN: frozenset({MASH_MANAGER}),
        Act.UNASSIGN: STAFF,
    }
)
"""Who does what; the pack narrows who recommends and who authorises each outcome."""


@dataclass(frozen=True)
class Refusal:
    """Why, for the record, and what the asker learns, which may be less."""

    reason: DenialReason
    problem: Problem


def to_read_case(actor: Actor, case: Case, *, purpose: Purpose | None, team_roles: Mapping[str, str]) -> Refusal | None:
    """Staff and auditors of the partnership; child protection teams that have children of it, or may accept some.

    A team that returned a handover, or whose offer was withdrawn, still reads that handover and no more of the case.
    """
    offered = any(one.stands and _is_member(actor, one, team_roles) for one in case.handovers)
    extra = frozenset({Purpose.CHILD_PROTECTION}) if offered and MACPT_MEMBER in actor.roles else _NOTHING
    return _read(actor, case, purpose=purpose, extra=extra, secret=NoSuchCase())


def to_read_request(
    actor: Actor, case: Case, *, request: InformationRequest, purpose: Purpose | None
) -> Refusal | None:
    """Staff and auditors of the partnership; the agency that was asked, to answer."""
    extra = ANSWERING if _speaks_for(actor, request.agency) else _NOTHING
    return _read(actor, case, purpose=purpose, extra=extra, secret=NoSuchRequest())


def to_read_question(actor: Actor, case: Case, *, question: Question, purpose: Purpose | None) -> Refusal | None:
    """Staff and auditors of the partnership; the agency whose referral it is about, following that referral."""
    extra = OWN_REFERRAL if _speaks_for(actor, question.agency) else _NOTHING
    return _read(actor, case, purpose=purpose, extra=extra, secret=NoSuchQuestion())


def to_read_handover(
    actor: Actor, case: Case, *, handover: Handover, purpose: Purpose | None, team_roles: Mapping[str, str]
) -> Refusal | None:
    """Staff and auditors of the partnership; members of the team that was offered it."""
    extra = TEAM_PURPOSES if _is_member(actor, handover, team_roles) else _NOTHING
    return _read(actor, case, purpose=purpose, extra=extra, secret=NoSuchHandover())


def is_staff(actor: Actor) -> bool:
    """Whether a look by somebody who may look is triage's own."""
    return not actor.roles.isdisjoint(STAFF)


def to_act(actor: Actor, case: Case, *, act: Act) -> Refusal | None:
    """Staff of the partnership with a role for the act. Others do not learn that the case exists."""
    if actor.partnership != case.partnership:
        return Refusal(DenialReason.PARTNERSHIP, NoSuchCase())
    if actor.roles.isdisjoint(STAFF):
        return Refusal(DenialReason.ROLE, NoSuchCase())
    return Refusal(DenialReason.ROLE, NotYourRole()) if actor.roles.isdisjoint(ACT_ROLES[act]) else None


def to_answer(actor: Actor, case: Case, *, request: InformationRequest) -> Refusal | None:
    """Anyone who speaks for the agency that was asked: to answer, to correct and to withdraw."""
    if actor.partnership != case.partnership:
        return Refusal(DenialReason.PARTNERSHIP, NoSuchRequest())
    return None if _speaks_for(actor, request.agency) else Refusal(DenialReason.RELATIONSHIP, NoSuchRequest())


def to_accept_or_return(
    actor: Actor, case: Case, *, handover: Handover, team_roles: Mapping[str, str]
) -> Refusal | None:
    """Members of the team that was offered the handover, in the role the pack gives it, or gave it then."""
    if actor.partnership != case.partnership:
        return Refusal(DenialReason.PARTNERSHIP, NoSuchHandover())
    if _is_member(actor, handover, team_roles):
        return None
    return Refusal(DenialReason.RELATIONSHIP, NoSuchHandover())


def _read(actor: Actor, case: Case, *, purpose: Purpose | None, extra: Purposes, secret: Problem) -> Refusal | None:
    if actor.partnership != case.partnership:
        return Refusal(DenialReason.PARTNERSHIP, secret)
    allowed = extra.union(*(READ_PURPOSES.get(role, _NOTHING) for role in actor.roles))
    if not allowed:
        return Refusal(DenialReason.RELATIONSHIP, secret)
    return None if purpose in allowed else Refusal(DenialReason.PURPOSE, WrongPurpose())


def _speaks_for(actor: Actor, agency: str) -> bool:
    return actor.agency == agency and not actor.roles.isdisjoint(AGENCY_ROLES)


def _is_member(actor: Actor, handover: Handover, team_roles: Mapping[str, str]) -> bool:
    """``team_roles``: for each team of the pack in force, the role that its members have.

    A team that the pack no longer names still has the role that it had when it was offered the handover; where that
    is not known, because the offer is older than it is kept, belonging to the team is enough.
    """
    if actor.agency != handover.team:
        return False
    roles = {handover.role, team_roles.get(handover.team)} - {None}
    return not roles or not actor.roles.isdisjoint(roles)
