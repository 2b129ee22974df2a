"""From a form, whichever door it came through, to what the handlers take."""

from referral_intake.form.facts import facts_of
from referral_intake.form.referral import ReferralForm
from referral_intake.model import Sender, Submission


def submission_of(form: ReferralForm, sender: Sender, *, key: str) -> Submission:
    """A referral as its sender means it; what the sender did not say is not in its content."""
    return Submission(sender, key, facts_of(form), form.model_dump(mode="json", exclude_unset=True))
