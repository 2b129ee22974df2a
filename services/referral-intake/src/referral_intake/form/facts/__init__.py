"""From the form to the facts that the rules look at: whether something was said, not what.

Every referral comes through here while its sender waits: one pass, and no rule is judged.
"""

from referral_intake.form.facts.referral import facts_of

__all__ = ["facts_of"]
