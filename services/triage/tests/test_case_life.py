"""The life of a case under any order of acts by anybody: what must hold whatever people try."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from triage_examples import ASKING, CASE_ID, DUE, FIRST, NOW, SECOND, STAFF_TERMS, acting, case, news, timing
from triage_history import TEAMS, after

from contracts.codes import Answer, CaseNews, LawfulBasis, Outcome, Rating, ThresholdLevel
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseReopened,
    Event,
    InformationAnswered,
    QuestionAnswered,
)
from contracts.problems import Problem
from triage import decide
from triage.model import (
    DECISION_CLOCK,
    Acting,
    Ask,
    Authorise,
    Child,
    Clock,
    Detail,
    Offer,
    Rate,
    Recommend,
    Reply,
)

THIRD, FOURTH, FIFTH = UUID(int=13), UUID(int=14), UUID(int=15)
OUTCOMES = (*TEAMS, Outcome.NO_FURTHER_ACTION)
children = st.sampled_from([FIRST, SECOND, THIRD, FOURTH, FIFTH])
people = st.sampled_from(
    [
        ("worker", "social-worker"),
        ("second-worker", "social-worker"),
        ("manager", "mash-manager"),
        ("head", "mash-manager"),
    ]
)


class CaseLife(RuleBasedStateMachine):
    """People of every role try everything in any order, and the sender tells more at any time; refusals change nothing.

    Staff have opened the case before they change it: that is what ``If-Match`` asks of them. Teams have not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.case = case(
            children=(Child(FIRST, False), Child(SECOND, False), Child(THIRD, True)),
            clocks=(Clock(UUID(int=900), DECISION_CLOCK, CASE_ID, NOW, DUE),),
        )
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
        seen = tuple(replace(one, seen_by=one.seen_by or person[0], seen_at=NOW) for one in self.case.news)
        self.case = replace(self.case, news=seen)
        return acting(person[1], subject=person[0], now=self.now)

    def _try(self, attempt: Callable[[], Event | Sequence[Event]]) -> None:
        try:
            done = attempt()
        except Problem:
            return
        for event in [done] if isinstance(done, Event) else done:
            self.case = after(self.case, event)
            self.events.append(event)
            if isinstance(event, CaseDecided):
                assert event.all_children_decided == (not self.case.undecided)

    @rule(
        what=st.sampled_from(list(CaseNews)),
        added=st.sampled_from([(), (), (FOURTH,), (FIFTH,), (FOURTH, FIFTH)]),
        answered=st.integers(0, 3),
    )
    def the_sender_tells_more(self, what: CaseNews, added: tuple[UUID, ...], answered: int) -> None:
        fresh = timing(due_at=self.now + timedelta(hours=31), start=self.now)
        questions = self.case.questions
        told = news(
            what=what,
            edition=len(self.case.news) + 2,
            told_at=self.now,
            child_ids=tuple(child_id for child_id in added if child_id not in self.case.child_ids),
            answers=questions[answered].question_id if answered < len(questions) else None,
        )
        starts, before = decide.needs_decision_clock(self.case), self.case.decision_due_at

        self._try(lambda: decide.inform(self.case, told, timing=fresh, now=self.now))

        assert self.case.closed_at is None
        if starts:
            clock = Clock(self._new(), DECISION_CLOCK, CASE_ID, self.now, fresh.due_at)
            self.case = replace(self.case, clocks=(*self.case.clocks, clock), decision_due_at=fresh.due_at)
        assert starts or self.case.decision_due_at == before

    @rule(who=people)
    def ask_the_sender(self, who: tuple[str, str]) -> None:
        by = self._as(who)
        self._try(lambda: decide.ask_sender(self.case, by=by, timing=timing("question"), detail=self._detail()))

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=people, rating=st.sampled_from(list(Rating)), why=st.sampled_from([None, "New facts."]))
    def rate(self, who: tuple[str, str], rating: Rating, why: str | None) -> None:
        by = self._as(who)
        allowed = timedelta(hours=4 if rating is Rating.RED else 31)
        due = timing(due_at=self.case.decision_from + allowed)
        late, before = self.case.decision_due_at <= self.now, self.case.decision_due_at

        self._try(lambda: decide.rate(self.case, Rate(rating, why), by=by, timing=due))

        assert not late or self.case.decision_due_at <= before

    @rule(who=people, agency=st.sampled_from(["metropolitan-police", "wandsworth-housing", "nobody"]))
    def ask(self, who: tuple[str, str], agency: str) -> None:
        by = self._as(who)
        command = Ask(agency, LawfulBasis.CHILDREN_ACT_2004_S11, "A question?")
        self._try(lambda: decide.request_information(self.case, command, by=by, terms=ASKING, detail=self._detail()))

    @rule(agency=st.sampled_from(["metropolitan-police", "wandsworth-housing"]), which=st.integers(0, 5))
    def answer(self, agency: str, which: int) -> None:
        known = [request.request_id for request in self.case.requests]
        request_id = known[which] if which < len(known) else UUID(int=9)
        by = acting("partner", agency=agency, now=self.now)
        self._try(lambda: decide.answer_request(self.case, request_id, reply=Reply(Answer.NOTHING_HELD), by=by))

    @rule(who=people, child=children, outcome=st.sampled_from(OUTCOMES))
    def recommend(self, who: tuple[str, str], child: UUID, outcome: Outcome) -> None:
        by = self._as(who)
        command = Recommend(child, outcome, ThresholdLevel.COMPLEX, "Because.")
        terms = replace(STAFF_TERMS, team=TEAMS.get(outcome))
        self._try(lambda: decide.recommend(self.case, command, by=by, terms=terms, recommendation_id=self._new()))

    @rule(who=people, child=children, agree=st.booleans())
    def authorise(self, who: tuple[str, str], child: UUID, agree: bool) -> None:
        by = self._as(who)
        ours = [one for one in self.case.recommendations if one.child_id == child]
        if not ours:
            return
        command = Authorise(ours[-1].recommendation_id, agree, "Said why.")
        terms = replace(STAFF_TERMS, team=TEAMS.get(ours[-1].outcome))
        self._try(lambda: decide.authorise(self.case, command, by=by, terms=terms, decision_id=self._new()))

    @rule(who=people, team=st.sampled_from(list(TEAMS.values())), whom=st.lists(children, max_size=3))
    def offer(self, who: tuple[str, str], team: str, whom: list[UUID]) -> None:
        by = self._as(who)
        command = Offer(team, tuple(whom), "Summary.")
        self._try(lambda: decide.offer_handover(self.case, command, by=by, timing=timing(), detail=self._detail()))

    @rule(outcome=st.sampled_from(OUTCOMES))
    def two_people_decide_for_the_next_child(self, outcome: Outcome) -> None:
        """So that whole cases come about, which people who try at random seldom get done."""
        for child in sorted(self.case.undecided)[:1]:
            self.recommend(("worker", "social-worker"), child, outcome)
            self.authorise(("manager", "mash-manager"), child, True)

    @rule()
    def every_decided_child_is_offered(self) -> None:
        for team in TEAMS.values():
            received = {one.child_id for one in self.case.decisions if one.team == team} & self.case.not_offered
            self.offer(("worker", "social-worker"), team, sorted(received))

    @rule(which=st.integers(0, 3))
    def accept(self, which: int) -> None:
        if which < len(self.case.handovers):
            handover = self.case.handovers[which]
            by = acting("macpt-member", agency=handover.team, now=self.now)
            self._try(lambda: decide.accept_handover(self.case, handover.handover_id, by=by))

    @rule(who=people)
    def close(self, who: tuple[str, str]) -> None:
        by = self._as(who)
        self._try(lambda: decide.close_case(self.case, by=by))

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

    @invariant()
    def a_closed_case_has_no_news_that_nobody_has_looked_at(self) -> None:
        assert self.case.closed_at is None or not self.case.unseen

    @invariant()
    def a_case_is_opened_again_only_after_it_was_closed(self) -> None:
        turns = [type(event) for event in self.events if isinstance(event, CaseClosed | CaseReopened)]

        assert turns == [CaseClosed, CaseReopened] * (len(turns) // 2) + [CaseClosed] * (len(turns) % 2)
        assert (self.case.closed_at is not None) == (turns[-1:] == [CaseClosed])

    @invariant()
    def a_clock_runs_while_a_child_is_undecided_or_news_is_unseen(self) -> None:
        if self.case.undecided or self.case.unseen:
            assert self.case.decision_clock is not None

    @invariant()
    def a_case_that_was_handed_over_completely_is_closed_or_has_news_and_a_clock(self) -> None:
        done = not (self.case.undecided or self.case.not_offered or self.case.not_accepted)
        if done and self.case.handovers and self.case.closed_at is None:
            assert self.case.news
            assert self.case.decision_clock is not None

    @invariant()
    def each_question_has_at_most_one_answer(self) -> None:
        answered = [event.question_id for event in self.events if isinstance(event, QuestionAnswered)]

        assert len(answered) == len(set(answered))

    @invariant()
    def each_request_has_at_most_one_answer(self) -> None:
        answered = [event.request_id for event in self.events if isinstance(event, InformationAnswered)]

        assert len(answered) == len(set(answered))


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
