"""Every act on one's own referral."""

from typing import Final

from triage_ui.pages.own_referrals.add import Add, AddChild
from triage_ui.pages.own_referrals.answer_question import AnswerQuestion
from triage_ui.pages.own_referrals.withdraw import WithdrawReferral

ACTS: Final = (Add(), AddChild(), AnswerQuestion(), WithdrawReferral())
