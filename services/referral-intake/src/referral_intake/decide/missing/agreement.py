"""What is left open about what the family knows and agreed to."""

from typing import Final

from contracts.codes import AgreementAnswer, MissingItem
from referral_intake.model import AgreementFacts, ConsentFacts, Missing, ReferralFacts

_GIVEN: Final = frozenset({AgreementAnswer.AGREED, AgreementAnswer.REFUSED})


def missing_of_agreement(facts: ReferralFacts) -> list[Missing]:
    """None of it stops a referral: agreement is not needed where a child may be at risk, a reason is."""
    consent = facts.consent
    referral, checks, help_ = consent.to_referral, consent.to_checks, consent.to_help
    rules = (
        (consent.informed is None, MissingItem.PARENTS_INFORMED, "parents_informed"),
        (_is_open(referral, consent), MissingItem.AGREEMENT_TO_REFERRAL, "to_referral"),
        (_is_open(checks, consent), MissingItem.AGREEMENT, "to_checks"),
        (facts.wants_help and help_.answer is None, MissingItem.AGREEMENT_TO_HELP, "to_help"),
        (_lacks_details(referral), MissingItem.AGREEMENT_DETAILS, "to_referral"),
        (_lacks_details(checks), MissingItem.AGREEMENT_DETAILS, "to_checks"),
        (_lacks_details(help_), MissingItem.AGREEMENT_DETAILS, "to_help"),
        (_lacks_reason(consent), MissingItem.DISPENSING_REASON, "dispensing_reasons"),
        (_goes_without(consent) and not consent.has_lawful_basis, MissingItem.LAWFUL_BASIS, "lawful_basis"),
    )
    return [Missing(item, f"/consent/{field}") for is_open, item, field in rules if is_open]


def _is_open(agreement: AgreementFacts, consent: ConsentFacts) -> bool:
    """Neither an answer nor a reason why nobody asked for one."""
    return agreement.answer is None and not (agreement.reasoned or consent.reasoned)


def _lacks_details(agreement: AgreementFacts) -> bool:
    return agreement.answer in _GIVEN and not agreement.dated


def _lacks_reason(consent: ConsentFacts) -> bool:
    """Somebody was not told, not asked or said no, and nothing says why this goes on."""
    if consent.reasoned:
        return False
    not_agreed = [each for each in (consent.to_referral, consent.to_checks) if _is_withheld(each)]
    return (consent.informed is False and not not_agreed) or any(not each.reasoned for each in not_agreed)


def _goes_without(consent: ConsentFacts) -> bool:
    """Whether this rests on something other than the family's agreement, so that the law it rests on matters."""
    return consent.informed is False or _is_withheld(consent.to_referral) or _is_withheld(consent.to_checks)


def _is_withheld(agreement: AgreementFacts) -> bool:
    return agreement.answer is not None and agreement.answer is not AgreementAnswer.AGREED
