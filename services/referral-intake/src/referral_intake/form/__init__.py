"""The form a partner system sends, and the facts the rules look at."""

from referral_intake.form.facts import facts_of
from referral_intake.form.referral import ReferralForm

__all__ = ["ReferralForm", "facts_of"]
