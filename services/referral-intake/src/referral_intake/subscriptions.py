"""What this service reads: how far triage has come, for the sender's status, and what it asks the sender."""

from typing import Final

from chassis.delivery.messages import Subscriptions
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
    on_case_closed,
    on_case_decided,
    on_case_opened,
    on_case_reopened,
    on_handover_superseded,
    on_question_answered,
    on_question_asked,
)

SUBSCRIPTIONS: Final = Subscriptions(
    topics=(TRIAGE,),
    handlers={
        CaseOpened: on_case_opened,
        QuestionAsked: on_question_asked,
        QuestionAnswered: on_question_answered,
        CaseDecided: on_case_decided,
        CaseClosed: on_case_closed,
        CaseReopened: on_case_reopened,
        HandoverSuperseded: on_handover_superseded,
    },
)
