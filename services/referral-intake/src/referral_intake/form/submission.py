"""From a form, whichever door it came through, to what the handlers take."""

from referral_intake.form.facts import facts_of
from referral_intake.form.identities import identities_of
from referral_intake.form.referral import ReferralForm
from referral_intake.model import Sender, Submission


def submission_of(form: ReferralForm, sender: Sender, *, key: str) -> Submission:
    """A referral as its sender means it; what the sender did not say is not in its content."""
    content = form.model_dump(mode="json", exclude_unset=True)
    return Submission(sender, key, facts_of(form), content, identities_of(form))
