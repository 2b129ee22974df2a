"""The life of a case under any order of acts by anybody: what must hold whatever people try."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from triage_examples import ASKING, FIRST, NOW, SECOND, STAFF_TERMS, acting, case, timing

from contracts.codes import Answer, LawfulBasis, Outcome, Rating, ThresholdLevel
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseRated,
    CaseRecommended,
    CaseReturned,
    Event,
    HandoverAccepted,
    HandoverOffered,
    InformationAnswered,
    InformationRequested,
)
from contracts.problems import Problem
from triage import decide
from triage.model import (
    Acting,
    Ask,
    Authorise,
    Case,
    Child,
    Decision,
    Detail,
    Handover,
    InformationRequest,
    Offer,
    Rate,
    Recommend,
    Recommendation,
    Reply,
    Settled,
)

THIRD = UUID(int=13)
TEAMS = {Outcome.STRATEGY_DISCUSSION: "wandsworth-macpt", Outcome.EARLY_HELP: "wandsworth-early-help"}
OUTCOMES = (*TEAMS, Outcome.NO_FURTHER_ACTION)
children = st.sampled_from([FIRST, SECOND, THIRD])
people = st.sampled_from(
    [
        ("worker", "social-worker"),
        ("second-worker", "social-worker"),
        ("manager", "mash-manager"),
        ("head", "mash-manager"),
    ]
)


def after(subject: Case, event: Event) -> Case:
    """The case as the store would read it back after an event."""
    version = subject.version + 1
    moved = replace(subject, version=version, changed_version=version)
    match event:
        case CaseRated():
            return replace(moved, rating=event.rating, decision_due_at=event.decision_due_at)
        case CaseClosed():
            return replace(moved, closed_at=event.closed_at, closed_reason=event.reason)
        case InformationRequested() | InformationAnswered():
            return _after_asking(moved, event)
        case HandoverOffered() | HandoverAccepted():
            return _after_handing_over(moved, event)
        case _:
            return _after_deciding(moved, event)


def _after_asking(subject: Case, event: InformationRequested | InformationAnswered) -> Case:
    if isinstance(event, InformationRequested):
        return replace(subject, requests=(*subject.requests, _request(event)))
    return replace(subject, requests=tuple(_answered(one, event) for one in subject.requests))


def _after_handing_over(subject: Case, event: HandoverOffered | HandoverAccepted) -> Case:
    if isinstance(event, HandoverOffered):
        return replace(subject, handovers=(*subject.handovers, _handover(event)))
    return replace(subject, handovers=tuple(_accepted(one, event) for one in subject.handovers))


def _after_deciding(subject: Case, event: Event) -> Case:
    assert isinstance(event, CaseRecommended | CaseReturned | CaseDecided)
    how = {CaseRecommended: Settled.REPLACED, CaseReturned: Settled.TURNED_DOWN, CaseDecided: Settled.AGREED}
    settled = tuple(_settle(one, event.child_id, how[type(event)]) for one in subject.recommendations)
    if isinstance(event, CaseRecommended):
        return replace(subject, recommendations=(*settled, _recommendation(event)))
    decisions = (*subject.decisions, _decision(event)) if isinstance(event, CaseDecided) else subject.decisions
    return replace(subject, recommendations=settled, decisions=decisions)


def _request(event: InformationRequested) -> InformationRequest:
    return InformationRequest(
        event.request_id,
        event.case_id,
        event.agency,
        event.lawful_basis,
        (FIRST,),
        event.requested_by,
        event.requested_at,
        event.due_at,
        "A question?",
    )


def _answered(one: InformationRequest, event: InformationAnswered) -> InformationRequest:
    return replace(one, answer=event.answer) if one.request_id == event.request_id else one


def _recommendation(event: CaseRecommended) -> Recommendation:
    return Recommendation(
        event.recommendation_id,
        event.child_id,
        event.outcome,
        event.level,
        event.recommended_by,
        event.recommended_at,
        "Because.",
    )


def _settle(one: Recommendation, child_id: UUID, settled: Settled) -> Recommendation:
    return replace(one, settled=settled) if one.child_id == child_id and one.settled is None else one


def _decision(event: CaseDecided) -> Decision:
    return Decision(
        event.decision_id,
        event.recommendation_id,
        event.child_id,
        event.outcome,
        event.level,
        TEAMS.get(event.outcome),
        event.authorised_by,
        event.decided_at,
        event.policy_version,
        "Agreed.",
    )


def _handover(event: HandoverOffered) -> Handover:
    return Handover(
        event.handover_id,
        event.case_id,
        event.team,
        event.child_ids,
        event.offered_by,
        event.offered_at,
        event.accept_due_at,
        "Summary.",
    )


def _accepted(one: Handover, event: HandoverAccepted) -> Handover:
    return replace(one, accepted_at=event.accepted_at) if one.handover_id == event.handover_id else one


class CaseLife(RuleBasedStateMachine):
    """People of every role try everything in any order; refusals change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.case = case(children=(Child(FIRST, False), Child(SECOND, False), Child(THIRD, True)))
        self.now = NOW
        self.minted = 1000
        self.events: list[Event] = []

    def _new(self) -> UUID:
        self.minted += 1
        return UUID(int=self.minted)

    def _detail(self) -> Detail:
        new_id = self._new()
        return Detail(new_id, f"https://triage.example.org/{new_id}")

    def _as(self, person: tuple[str, str]) -> Acting:
        return acting(person[1], subject=person[0], now=self.now)

    def _try(self, attempt: Callable[[], Event | Sequence[Event]]) -> None:
        try:
            done = attempt()
        except Problem:
            return
        for event in [done] if isinstance(done, Event) else done:
            self.case = after(self.case, event)
            self.events.append(event)

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=people, rating=st.sampled_from(list(Rating)), why=st.sampled_from([None, "New facts."]))
    def rate(self, who: tuple[str, str], rating: Rating, why: str | None) -> None:
        allowed = timedelta(hours=4 if rating is Rating.RED else 31)
        due = timing(due_at=self.case.received_at + allowed)
        late, before = self.case.decision_due_at <= self.now, self.case.decision_due_at

        self._try(lambda: decide.rate(self.case, Rate(rating, why), by=self._as(who), timing=due))

        assert not late or self.case.decision_due_at <= before

    @rule(who=people, agency=st.sampled_from(["metropolitan-police", "wandsworth-housing", "nobody"]))
    def ask(self, who: tuple[str, str], agency: str) -> None:
        command = Ask(agency, LawfulBasis.CHILDREN_ACT_2004_S11, "A question?")
        self._try(
            lambda: decide.request_information(
                self.case, command, by=self._as(who), terms=ASKING, detail=self._detail()
            )
        )

    @rule(agency=st.sampled_from(["metropolitan-police", "wandsworth-housing"]), which=st.integers(0, 5))
    def answer(self, agency: str, which: int) -> None:
        known = [request.request_id for request in self.case.requests]
        request_id = known[which] if which < len(known) else UUID(int=9)
        by = acting("partner", agency=agency, now=self.now)
        self._try(lambda: decide.answer_request(self.case, request_id, reply=Reply(Answer.NOTHING_HELD), by=by))

    @rule(who=people, child=children, outcome=st.sampled_from(OUTCOMES))
    def recommend(self, who: tuple[str, str], child: UUID, outcome: Outcome) -> None:
        command = Recommend(child, outcome, ThresholdLevel.COMPLEX, "Because.")
        terms = replace(STAFF_TERMS, team=TEAMS.get(outcome))
        self._try(
            lambda: decide.recommend(self.case, command, by=self._as(who), terms=terms, recommendation_id=self._new())
        )

    @rule(who=people, child=children, agree=st.booleans())
    def authorise(self, who: tuple[str, str], child: UUID, agree: bool) -> None:
        ours = [one for one in self.case.recommendations if one.child_id == child]
        if not ours:
            return
        command = Authorise(ours[-1].recommendation_id, agree, "Said why.")
        terms = replace(STAFF_TERMS, team=TEAMS.get(ours[-1].outcome))
        self._try(lambda: decide.authorise(self.case, command, by=self._as(who), terms=terms, decision_id=self._new()))

    @rule(who=people, team=st.sampled_from(list(TEAMS.values())), whom=st.lists(children, max_size=3))
    def offer(self, who: tuple[str, str], team: str, whom: list[UUID]) -> None:
        command = Offer(team, tuple(whom), "Summary.")
        self._try(
            lambda: decide.offer_handover(self.case, command, by=self._as(who), timing=timing(), detail=self._detail())
        )

    @rule(which=st.integers(0, 3))
    def accept(self, which: int) -> None:
        if which < len(self.case.handovers):
            handover = self.case.handovers[which]
            by = acting("macpt-member", agency=handover.team, now=self.now)
            self._try(lambda: decide.accept_handover(self.case, handover.handover_id, by=by))

    @rule(who=people)
    def close(self, who: tuple[str, str]) -> None:
        self._try(lambda: decide.close_case(self.case, by=self._as(who)))

    @invariant()
    def every_decision_has_two_people(self) -> None:
        for event in self.events:
            if isinstance(event, CaseDecided):
                assert event.recommended_by != event.authorised_by

    @invariant()
    def each_child_is_decided_and_handed_over_at_most_once(self) -> None:
        decided = [decision.child_id for decision in self.case.decisions]
        offered = [child_id for handover in self.case.handovers for child_id in handover.child_ids]

        assert len(decided) == len(set(decided))
        assert len(offered) == len(set(offered))

    @invariant()
    def at_most_one_recommendation_is_open_for_each_child(self) -> None:
        waiting = [one.child_id for one in self.case.recommendations if one.settled is None]

        assert len(waiting) == len(set(waiting))

    @invariant()
    def a_closed_case_has_every_child_decided_and_taken_on(self) -> None:
        if self.case.closed_at is not None:
            assert not self.case.undecided
            assert not self.case.not_offered
            assert not self.case.not_accepted
            assert sum(isinstance(event, CaseClosed) for event in self.events) == 1

    @invariant()
    def the_last_decision_alone_says_that_all_are_decided(self) -> None:
        said = [event.all_children_decided for event in self.events if isinstance(event, CaseDecided)]

        assert said == [number == 3 for number in range(1, len(said) + 1)]

    @invariant()
    def a_case_that_was_handed_over_completely_is_closed(self) -> None:
        done = not (self.case.undecided or self.case.not_offered or self.case.not_accepted)

        assert not (done and self.case.handovers) or self.case.closed_at is not None

    @invariant()
    def each_request_has_at_most_one_answer(self) -> None:
        answered = [event.request_id for event in self.events if isinstance(event, InformationAnswered)]

        assert len(answered) == len(set(answered))


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
