"""The form a partner system sends, and the facts the rules look at."""

from referral_intake.form.facts import facts_of
from referral_intake.form.referral import ReferralForm
from referral_intake.form.submission import submission_of

__all__ = ["ReferralForm", "facts_of", "submission_of"]
