"""What the partnership's pack says, turned into the facts that the rules use."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from contracts.bounds import holds_time
from contracts.codes import Outcome, Rating
from contracts.events import ReferralReceived
from policy.pack import Facts, NoSuchRule, Pack
from policy.working_time import BeyondHorizon
from triage.errors import NoSuchTeam, Untimely
from triage.model import (
    DECISION_CLOCK,
    INFORMATION_REQUEST_CLOCK,
    QUESTION_CLOCK,
    Alarm,
    AskingTerms,
    Background,
    Child,
    OfferTerms,
    OpeningTerms,
    OutcomeTerms,
    Suggestion,
    Timing,
)


def timing(pack: Pack, name: str, *, rating: Rating | None, start: datetime) -> Timing:
    """A clock of the pack from ``start``. Raises ``Untimely`` when it ends later than any event may say.

    ``NoSuchRule`` is ruled out by the check of the pack.
    """
    clock = pack.get_clock(name, rating=rating)
    try:
        due_at, steps = clock.due_at(pack.calendar, start), clock.steps(pack.calendar, start)
    except BeyondHorizon as error:
        raise Untimely from error
    if not holds_time(due_at):
        raise Untimely
    return Timing(
        name=name,
        started_at=start,
        due_at=due_at,
        stops=clock.stops,
        alarms=tuple(Alarm(step.share, step.at, step.tell) for step in steps),
        policy_version=pack.version_id,
    )


def opening_terms(pack: Pack, received: ReferralReceived) -> OpeningTerms:
    """The suggested rating, and when a decision is due without any rating."""
    suggestion = pack.suggest(Facts.of(received))
    return OpeningTerms(
        suggested_rating=suggestion.rating,
        suggestion_reasons=suggestion.reasons,
        decision=timing(pack, DECISION_CLOCK, rating=None, start=received.received_at),
        policy_version=pack.version_id,
    )


def suggest(pack: Pack, background: Background, children: Collection[Child]) -> Suggestion:
    """The rating that the pack suggests for what a referral says now."""
    suggested = pack.suggest(
        Facts(
            concern_types=background.concern_types,
            immediate_danger=background.immediate_danger,
            repeat=background.previous_referral_id is not None,
            unborn=any(child.unborn for child in children),
            plans=frozenset(plan for child in children for plan in child.plans or ()),
        )
    )
    return Suggestion(suggested.rating, suggested.reasons)


def opening_timings(pack: Pack, received: ReferralReceived, terms: OpeningTerms) -> Sequence[Timing]:
    """Every clock that a referral's receipt starts; the decision's, as the terms have it, is among them."""
    names = dict.fromkeys(clock.name for clock in pack.clocks if clock.starts == ReferralReceived.TYPE)
    start, decision = received.received_at, terms.decision
    return [decision if name == DECISION_CLOCK else timing(pack, name, rating=None, start=start) for name in names]


def asking_terms(pack: Pack, rating: Rating | None, *, now: datetime) -> AskingTerms:
    """Who may be asked on which grounds, and how long they have at the case's rating."""
    return AskingTerms(
        agencies=frozenset(agency.code for agency in pack.agencies if agency.asked_at),
        lawful_bases=frozenset(basis for purpose in pack.purposes for basis in purpose.lawful_bases),
        timing=timing(pack, INFORMATION_REQUEST_CLOCK, rating=rating, start=now),
    )


def question_timing(pack: Pack, rating: Rating | None, *, now: datetime) -> Timing:
    """How long the sender has to answer a question at the case's rating."""
    return timing(pack, QUESTION_CLOCK, rating=rating, start=now)


def outcome_terms(pack: Pack, outcome: Outcome) -> OutcomeTerms:
    """Who may recommend and authorise an outcome, and what follows it."""
    rule = pack.get_outcome(outcome)
    return OutcomeTerms(
        recommended_by=frozenset(rule.recommended_by),
        authorised_by=frozenset(rule.authorised_by),
        team=rule.team,
        referrer_feedback=rule.feedback.key if rule.feedback else None,
        policy_version=pack.version_id,
    )


def every_outcome(pack: Pack) -> Mapping[Outcome, OutcomeTerms]:
    """The same for every outcome of the pack."""
    return {rule.outcome: outcome_terms(pack, rule.outcome) for rule in pack.outcomes}


def offer_terms(pack: Pack, team: str, *, now: datetime) -> OfferTerms:
    """How long a team has to accept, in which role, and who may choose another one. Raises ``NoSuchTeam``."""
    try:
        receiving = pack.get_team(team)
    except NoSuchRule as error:
        raise NoSuchTeam from error
    return OfferTerms(
        timing=timing(pack, receiving.accept_clock, rating=None, start=now),
        role=receiving.role,
        teams=frozenset(one.code for one in pack.teams),
        authorised_by={rule.outcome: frozenset(rule.authorised_by) for rule in pack.outcomes},
    )


def team_roles(pack: Pack) -> Mapping[str, str]:
    """The role that the members of each team have."""
    return {team.code: team.role for team in pack.teams}
