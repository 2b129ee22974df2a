"""Every act there is."""

from collections.abc import Sequence
from typing import Final

from triage_ui.acts.act import Act
from triage_ui.pages.answer.answer import ACTS as ANSWERS
from triage_ui.pages.ask.ask import Ask
from triage_ui.pages.ask_sender.ask_sender import AskSender
from triage_ui.pages.authorise.authorise import Authorise
from triage_ui.pages.close.close import Close
from triage_ui.pages.handover_in.handover_in import ACTS as HANDOVERS
from triage_ui.pages.offer_handover.offer_handover import OfferHandover
from triage_ui.pages.operator.other_acts import ACTS as OPERATING
from triage_ui.pages.operator.parked_acts import ACTS as PARKED
from triage_ui.pages.own_referrals.acts import ACTS as OWN_REFERRALS
from triage_ui.pages.rate.rate import Rate
from triage_ui.pages.recommend.recommend import Recommend
from triage_ui.pages.records.acts import ACTS as RECORDS
from triage_ui.pages.records.hold_acts import ACTS as HOLDS
from triage_ui.pages.take_back.take_back import TakeBack

ACTS: Final[Sequence[Act]] = (
    Rate(),
    Ask(),
    AskSender(),
    Recommend(),
    Authorise(),
    OfferHandover(),
    TakeBack(),
    Close(),
    *ANSWERS,
    *HANDOVERS,
    *OWN_REFERRALS,
    *RECORDS,
    *HOLDS,
    *PARKED,
    *OPERATING,
)
