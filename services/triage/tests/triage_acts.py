"""What people, senders, agencies and teams do to a case, in any order: the acts of its life, without what must hold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from triage_examples import (
    ADDRESSES,
    ASKING,
    OFFER,
    STAFF_TERMS,
    SUGGESTED,
    acting,
    news,
    timing,
)
from triage_history import TEAMS
from triage_stage import Stage

from contracts.codes import (
    Answer,
    AnswerMoment,
    CaseNews,
    HandoverReturnReason,
    LawfulBasis,
    Outcome,
    Rating,
    RefusalGround,
    SupersedingReason,
    ThresholdLevel,
)
from contracts.events import (
    CaseDecided,
    Event,
)
from contracts.problems import Problem
from triage import decide
from triage.model import (
    FROM_SENDERS,
    Acting,
    Ask,
    Authorise,
    Correct,
    Offer,
    OutcomeTerms,
    Rate,
    Recommend,
    Reply,
    Return,
    TakeBack,
)

THIRD, FOURTH = UUID(int=13), UUID(int=14)
OUTCOMES = (*TEAMS, Outcome.NO_FURTHER_ACTION)
REPLIES = [
    Reply(Answer.NOTHING_HELD),
    Reply(Answer.SUPPLIED, "Two incidents."),
    Reply(Answer.REFUSED, refusal_ground=RefusalGround.LIVE_INVESTIGATION, refusal_reason="An arrest is planned."),
]
reasons = st.sampled_from([None, *SupersedingReason])
places = st.integers(0, 3)
people = st.sampled_from(
    [
        ("worker", "social-worker"),
        ("second-worker", "social-worker"),
        ("manager", "mash-manager"),
        ("head", "mash-manager"),
    ]
)


class Acts(Stage):
    """People of every role try everything in any order while sender and agencies say more; refusals change nothing.

    Staff have opened the case before they change it: that is what ``If-Match`` asks of them. Teams have not. Nor has
    somebody who took the newest version from the queue.
    """

    @initialize(far=st.integers(0, 3), outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=2, max_size=2))
    def a_case_may_have_come_far_before_anything_else_happens(self, far: int, outcomes: list[Outcome]) -> None:
        """So that what happens late in a case's life is tried as often as what happens early."""
        self.ask(("worker", "social-worker"), "metropolitan-police")
        if far == 0:
            return
        for outcome in outcomes:
            self.two_people_decide_for_the_next_child(outcome)
        if far > 1:
            self.every_decided_child_is_offered(True)
        if far > 2:
            for handover in self.case.not_accepted:
                self.accept(self.case.handovers.index(handover) - len(self.case.handovers))
            self.close(("manager", "mash-manager"), True)

    @rule(
        what=st.sampled_from(sorted(FROM_SENDERS)),
        added=st.sampled_from([(), (), (), (), (THIRD,), (THIRD, FOURTH)]),
        answered=st.integers(0, 3),
    )
    def the_sender_says_more(self, what: CaseNews, added: tuple[UUID, ...], answered: int) -> None:
        questions = self.case.questions
        told = news(
            what=what,
            edition=len(self.case.news) + 2,
            told_at=self.now,
            child_ids=tuple(child_id for child_id in added if child_id not in self.case.child_ids),
            answers=questions[answered].question_id if answered < len(questions) else None,
        )
        self._inform(told, lambda: decide.inform(self.case, told, suggested=SUGGESTED, now=self.now))

    @rule(who=people, place=places, outcome=st.sampled_from(OUTCOMES), looked=st.booleans())
    def danger_is_reported_and_somebody_wants_to_decide_again(
        self, who: tuple[str, str], place: int, outcome: Outcome, looked: bool
    ) -> None:
        """The news comes while a recommendation is made, or before it; anyone who authorises may not have looked."""
        self.the_sender_says_more(CaseNews.NEW_INFORMATION, (), 9)
        self.recommend(who, place, outcome, SupersedingReason.NEWS_FROM_SENDER)
        if not looked:
            self.the_sender_says_more(CaseNews.CORRECTION, (), 9)
        self.authorise(("head", "mash-manager"), 1, True, looked)
        self.close(("head", "mash-manager"), looked)

    @rule(what=st.sampled_from(sorted(FROM_SENDERS)), looked=st.booleans())
    def news_comes_and_somebody_closes(self, what: CaseNews, looked: bool) -> None:
        self.the_sender_says_more(what, (), 9)
        self.close(("manager", "mash-manager"), looked)

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

    @rule(who=people, agency=st.sampled_from(["metropolitan-police", "nobody"]))
    def ask(self, who: tuple[str, str], agency: str) -> None:
        by = self._as(who)
        command = Ask(agency, LawfulBasis.CHILDREN_ACT_2004_S11, "A question?")
        self._try(lambda: decide.request_information(self.case, command, by=by, terms=ASKING, detail=self._detail()))

    @rule(which=st.integers(0, 1), reply=st.sampled_from(REPLIES))
    def answer(self, which: int, reply: Reply) -> None:
        self._say(
            which,
            lambda request_id, by: decide.answer_request(
                self.case, request_id, reply=reply, by=by, addresses=ADDRESSES
            ),
        )

    @rule(which=st.integers(0, 1), revision=st.integers(1, 3), reply=st.sampled_from(REPLIES))
    def correct(self, which: int, revision: int, reply: Reply) -> None:
        command = Correct(revision, reply, "It was counted twice.")
        self._say(
            which,
            lambda request_id, by: decide.correct_answer(self.case, request_id, command, by=by, addresses=ADDRESSES),
        )

    @rule(which=st.integers(0, 1), revision=st.integers(1, 3))
    def take_an_answer_back(self, which: int, revision: int) -> None:
        command = TakeBack(revision, "Another family.")
        self._say(
            which,
            lambda request_id, by: decide.withdraw_answer(self.case, request_id, command, by=by, addresses=ADDRESSES),
        )

    def _say(self, which: int, attempt: Callable[[UUID, Acting], decide.Said]) -> None:
        if which >= len(self.case.requests):
            return
        request, closed = self.case.requests[which], self.case.closed_at is not None
        by = acting("partner", agency=request.agency, now=self.now)
        try:
            said = attempt(request.request_id, by)
        except Problem:
            return
        assert (said.when is AnswerMoment.AFTER_CLOSURE) == closed
        self._inform(decide.news_of(self.case, said), lambda: [said])

    @rule(who=people, place=places, outcome=st.sampled_from(OUTCOMES), reason=reasons)
    def recommend(self, who: tuple[str, str], place: int, outcome: Outcome, reason: SupersedingReason | None) -> None:
        by = self._as(who)
        command = Recommend(self._child(place), outcome, ThresholdLevel.COMPLEX, "Because.", reason)
        terms = replace(STAFF_TERMS, team=TEAMS.get(outcome))
        made = self._try(
            lambda: decide.recommend(self.case, command, by=by, terms=terms, recommendation_id=self._new())
        )
        if made:
            self._start_decision_clock(self._fresh())

    @rule(who=people, which=st.integers(1, 3), agree=st.booleans(), looked=st.booleans())
    def authorise(self, who: tuple[str, str], which: int, agree: bool, looked: bool) -> None:
        """One of the last few recommendations, open or not."""
        by = self._as(who) if looked else acting(who[1], subject=who[0], now=self.now)
        if which > len(self.case.recommendations):
            return
        recommendation = self.case.recommendations[-which]
        command = Authorise(recommendation.recommendation_id, agree, "Said why.")
        terms = replace(STAFF_TERMS, team=TEAMS.get(recommendation.outcome))
        self._try(lambda: self._authorised(command, by, terms))
        self._follow_up()

    def _authorised(self, command: Authorise, by: Acting, terms: OutcomeTerms) -> Sequence[Event]:
        event = decide.authorise(self.case, command, by=by, terms=terms, decision_id=self._new())
        if not isinstance(event, CaseDecided):
            return [event]
        return [event, *decide.follow_handovers(self.case, event, addresses=ADDRESSES)]

    @rule(who=people, team=st.sampled_from(list(TEAMS.values())), where=st.lists(places, max_size=3))
    def offer_some(self, who: tuple[str, str], team: str, where: list[int]) -> None:
        self.offer(who, team, [self._child(place) for place in where])

    def offer(self, who: tuple[str, str], team: str, whom: list[UUID], *, looked: bool = True) -> None:
        by = self._as(who) if looked else acting(who[1], subject=who[0], now=self.now)
        command = Offer(team, tuple(whom), "Summary.")
        self._try(lambda: decide.offer_handover(self.case, command, by=by, terms=OFFER, detail=self._detail()))

    @rule(outcome=st.sampled_from(OUTCOMES))
    def two_people_decide_for_the_next_child(self, outcome: Outcome) -> None:
        """So that whole cases come about, which people who try at random seldom get done."""
        for child in sorted(self.case.undecided)[:1]:
            self.recommend(("worker", "social-worker"), self.case.child_ids.index(child), outcome, None)
            self.authorise(("manager", "mash-manager"), 1, True, True)

    @rule(place=places, outcome=st.sampled_from(OUTCOMES), reason=st.sampled_from(list(SupersedingReason)))
    def two_people_decide_again(self, place: int, outcome: Outcome, reason: SupersedingReason) -> None:
        self.recommend(("worker", "social-worker"), place, outcome, reason)
        self.authorise(("manager", "mash-manager"), 1, True, True)

    @rule(looked=st.booleans())
    def every_decided_child_is_offered(self, looked: bool) -> None:
        for team in TEAMS.values():
            received = {one.child_id for one in self.case.current_decisions if one.team == team}
            self.offer(("worker", "social-worker"), team, sorted(received & self.case.not_offered), looked=looked)

    @rule(looked=st.booleans())
    def a_team_returns_what_it_is_offered_again_and_accepts(self, looked: bool) -> None:
        self.give_back(-1, HandoverReturnReason.INFORMATION_MISSING)
        self.every_decided_child_is_offered(looked)
        self.accept(-1)

    @rule(which=st.integers(-3, -1))
    def accept(self, which: int) -> None:
        if -which <= len(self.case.handovers):
            handover = self.case.handovers[which]
            by = acting("macpt-member", agency=handover.team, now=self.now)
            self._try(lambda: decide.accept_handover(self.case, handover.handover_id, by=by))
            self._follow_up()

    @rule(which=st.integers(-3, -1), reason=st.sampled_from(list(HandoverReturnReason)))
    def give_back(self, which: int, reason: HandoverReturnReason) -> None:
        if -which <= len(self.case.handovers):
            handover = self.case.handovers[which]
            by = acting("macpt-member", agency=handover.team, now=self.now)
            command, fresh = Return(handover.handover_id, reason, "Not ours."), self._fresh()
            self._try(lambda: decide.return_handover(self.case, command, by=by, timing=fresh, addresses=ADDRESSES))
            self._follow_up()

    @rule(who=people, which=st.integers(-3, -1))
    def take_an_offer_back(self, who: tuple[str, str], which: int) -> None:
        if -which <= len(self.case.handovers):
            by, handover_id = self._as(who), self.case.handovers[which].handover_id
            self._try(lambda: decide.take_back_offer(self.case, handover_id, by=by, addresses=ADDRESSES))
            self._follow_up()

    @rule(who=people, looked=st.booleans())
    def close(self, who: tuple[str, str], looked: bool) -> None:
        by = self._as(who) if looked else acting(who[1], subject=who[0], now=self.now)
        self._try(lambda: decide.close_case(self.case, by=by))
