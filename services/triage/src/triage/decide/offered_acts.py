"""What a person may do to a case now, and why not what they may not: the rules themselves are asked, and do nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from contracts.codes import Outcome
from contracts.problems import Problem
from triage.decide.assignments import claim, unassign
from triage.decide.cases import close_case
from triage.decide.outcomes import authorise
from triage.decide.shape import must_be_open, must_be_seen
from triage.entitlement import ACT_ROLES, Act
from triage.errors import NothingToOffer, NotYourRole
from triage.model import Acting, Authorise, Case, Offered, OutcomeTerms, Recommendation

_NOTHING: Final = UUID(int=0)
"""An id for an event that is never recorded."""
_NOBODY: Final = OutcomeTerms(frozenset(), frozenset(), None, None, "")
"""For an outcome that the pack names no more: nobody may authorise it."""


def offered_acts(case: Case, *, by: Acting, terms: Mapping[Outcome, OutcomeTerms]) -> Sequence[Offered]:
    """Every act on the case, in the order of its life. ``terms``: for the outcomes of open recommendations, and others.

    What an act needs from its form is not known yet, so an act that is offered can still be refused for that.
    """
    return tuple(_acts(case, by, terms))


def _acts(case: Case, by: Acting, terms: Mapping[Outcome, OutcomeTerms]) -> Iterator[Offered]:
    def offered(act: Act, rule: Callable[[], object], **more: UUID) -> Offered:
        return _offered(act, rule, by=by, roles=ACT_ROLES[act], **more)

    yield offered(Act.CLAIM, lambda: claim(case, by=by))
    yield offered(Act.ASSIGN, lambda: must_be_open(case))
    yield offered(Act.UNASSIGN, lambda: unassign(case, by=by))
    yield offered(Act.RATE, lambda: must_be_open(case))
    yield offered(Act.ASK, lambda: must_be_open(case))
    yield offered(Act.ASK_SENDER, lambda: must_be_open(case))
    recommenders = frozenset[str]().union(*(one.recommended_by for one in terms.values()))
    yield _offered(Act.RECOMMEND, lambda: must_be_open(case), by=by, roles=recommenders & ACT_ROLES[Act.RECOMMEND])
    for recommendation in case.recommendations:
        if recommendation.settled is None:
            yield _authorising(case, recommendation, by=by, terms=terms.get(recommendation.outcome, _NOBODY))
    yield offered(Act.OFFER, lambda: _must_be_offerable(case))
    for handover in case.not_accepted:
        yield offered(Act.TAKE_BACK, lambda: must_be_open(case), about=handover.handover_id)
    yield offered(Act.CLOSE, lambda: close_case(case, by=by))


def _authorising(case: Case, recommendation: Recommendation, *, by: Acting, terms: OutcomeTerms) -> Offered:
    command = Authorise(recommendation.recommendation_id, agree=True, rationale="")
    return _offered(
        Act.AUTHORISE,
        lambda: authorise(case, command, by=by, terms=terms, decision_id=_NOTHING),
        by=by,
        roles=terms.authorised_by & ACT_ROLES[Act.AUTHORISE],
        about=recommendation.recommendation_id,
    )


def _must_be_offerable(case: Case) -> None:
    must_be_open(case)
    if not case.not_offered:
        raise NothingToOffer
    must_be_seen(case)


def _offered(
    act: Act, rule: Callable[[], object], *, by: Acting, roles: frozenset[str], about: UUID | None = None
) -> Offered:
    try:
        rule()
        refusal: Problem | None = None
    except Problem as problem:
        refusal = problem
    if by.actor.roles.isdisjoint(roles):
        refusal = NotYourRole()
    return Offered(act.value, about, refusal.slug if refusal else None, refusal.title if refusal else None, roles)
