"""The life of a case under any order of acts by anybody: what must hold whatever people try."""

from hypothesis import settings
from hypothesis.stateful import invariant
from triage_acts import Acts

from contracts.codes import CaseNews
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseReopened,
    HandoverAccepted,
    HandoverSuperseded,
    InformationAnswered,
    InformationCorrected,
    InformationWithdrawn,
    QuestionAnswered,
)
from triage.model import HandoverState


class CaseLife(Acts):
    """What holds after every act."""

    @invariant()
    def every_decision_has_two_people(self) -> None:
        for event in self.events:
            if isinstance(event, CaseDecided):
                assert event.recommended_by != event.authorised_by

    @invariant()
    def every_decision_is_kept(self) -> None:
        made = [event.decision_id for event in self.events if isinstance(event, CaseDecided)]

        assert [decision.decision_id for decision in self.case.decisions] == made

    @invariant()
    def the_decisions_of_each_child_are_one_chain_whose_last_one_stands(self) -> None:
        for child_id in self.case.child_ids:
            chain = [decision for decision in self.case.decisions if decision.child_id == child_id]
            earlier = [None, *(decision.decision_id for decision in chain)]

            assert [decision.supersedes for decision in chain] == earlier[: len(chain)]
            assert self.case.find_decision(child_id) == (chain[-1] if chain else None)

    @invariant()
    def a_decision_is_handed_over_to_at_most_one_team(self) -> None:
        handed = [decision_id for one in self.case.handovers if one.stands for decision_id in one.decision_ids]

        assert len(handed) == len(set(handed))

    @invariant()
    def a_child_that_a_team_must_have_is_with_one_or_offered_to_one_or_waits_to_be_offered(self) -> None:
        with_teams = {HandoverState.OFFERED, HandoverState.ACCEPTED}
        handed = {
            one for handover in self.case.handovers if handover.state in with_teams for one in handover.decision_ids
        }

        for decision in self.case.current_decisions:
            waits = decision.team is not None and decision.decision_id not in handed
            assert (decision.child_id in self.case.not_offered) == waits

    @invariant()
    def only_decisions_that_stand_wait_to_be_accepted(self) -> None:
        current = {decision.decision_id for decision in self.case.current_decisions}

        assert all(current.issuperset(handover.decision_ids) for handover in self.case.not_accepted)

    @invariant()
    def what_a_team_accepted_stays_accepted_and_the_team_knows_what_was_decided_since(self) -> None:
        accepted = {event.handover_id for event in self.events if isinstance(event, HandoverAccepted)}
        notified = {
            (event.handover_id, event.decision_id) for event in self.events if isinstance(event, HandoverSuperseded)
        }
        superseding = {decision.supersedes: decision.decision_id for decision in self.case.decisions}

        for handover in self.case.handovers:
            assert (handover.state is HandoverState.ACCEPTED) == (handover.handover_id in accepted)
            later = {superseding[one] for one in handover.decision_ids if one in superseding}
            known = {decision_id for handover_id, decision_id in notified if handover_id == handover.handover_id}
            assert known == (later if handover.state is HandoverState.ACCEPTED else set())

    @invariant()
    def at_most_one_recommendation_is_open_for_each_child(self) -> None:
        waiting = [one.child_id for one in self.case.recommendations if one.settled is None]

        assert len(waiting) == len(set(waiting))

    @invariant()
    def a_closed_case_has_every_child_decided_and_taken_on(self) -> None:
        if self.case.closed_at is not None:
            assert not self.case.undecided
            assert not self.case.deciding_again
            assert not self.case.not_offered
            assert not self.case.not_accepted

    @invariant()
    def a_case_is_opened_again_only_after_it_was_closed(self) -> None:
        turns = [type(event) for event in self.events if isinstance(event, CaseClosed | CaseReopened)]

        assert turns == [CaseClosed, CaseReopened] * (len(turns) // 2) + [CaseClosed] * (len(turns) % 2)
        assert (self.case.closed_at is not None) == (turns[-1:] == [CaseClosed])

    @invariant()
    def a_clock_runs_while_a_child_waits_for_a_decision_or_knowledge_is_unseen(self) -> None:
        unseen = any(one.what is not CaseNews.HANDOVER_RETURNED for one in self.case.unseen)
        if self.case.undecided or self.case.deciding_again or unseen:
            assert self.case.decision_clock is not None

    @invariant()
    def a_case_that_was_handed_over_completely_is_closed_or_has_news_and_a_clock(self) -> None:
        waiting = self.case.undecided | self.case.deciding_again | self.case.not_offered
        current = {decision.decision_id for decision in self.case.current_decisions}
        handed_over = any(
            not current.isdisjoint(one.decision_ids)
            for one in self.case.handovers
            if one.state is HandoverState.ACCEPTED
        )
        if handed_over and not waiting and not self.case.not_accepted and self.case.closed_at is None:
            assert self.case.news
            assert self.case.unseen or self.case.decision_clock is not None

    @invariant()
    def each_question_has_at_most_one_answer(self) -> None:
        answered = [event.question_id for event in self.events if isinstance(event, QuestionAnswered)]

        assert len(answered) == len(set(answered))

    @invariant()
    def nothing_that_an_agency_said_is_lost_and_its_last_word_stands(self) -> None:
        kinds = InformationAnswered | InformationCorrected | InformationWithdrawn
        for request in self.case.requests:
            said = [one for one in self.events if isinstance(one, kinds) and one.request_id == request.request_id]

            assert [revision.revision for revision in request.revisions] == list(range(1, len(said) + 1))
            last = said[-1] if said else None
            stands = None if last is None or isinstance(last, InformationWithdrawn) else last.answer
            assert request.answer == stands


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
