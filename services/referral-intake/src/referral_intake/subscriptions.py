"""What this service reads: how far triage has come, for the sender's status, and what it asks the sender."""

from typing import Final

from chassis.delivery.messages import Batched, Subscriptions
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseReopened,
    HandoverSuperseded,
    QuestionAnswered,
    QuestionAsked,
)
from contracts.topics import TRIAGE
from referral_intake.handlers import (
    on_cases_decided,
    on_handovers_superseded,
    on_question_answered,
    on_question_asked,
    on_steps,
)

_STEPS: Final = Batched(on_steps)
SUBSCRIPTIONS: Final = Subscriptions(
    topics=(TRIAGE,),
    handlers={
        CaseOpened: _STEPS,
        CaseClosed: _STEPS,
        CaseReopened: _STEPS,
        CaseDecided: Batched(on_cases_decided),
        HandoverSuperseded: Batched(on_handovers_superseded),
        QuestionAsked: on_question_asked,
        QuestionAnswered: on_question_answered,
    },
)
