"""What a form says about what the family knows and agreed to."""

from typing import Final

from contracts.codes import AgreementAnswer
from referral_intake.form.agreement import Agreement, Consent
from referral_intake.form.facts.placeholders import is_reason, is_written
from referral_intake.model import AgreementFacts, ConsentFacts

_NOTHING: Final = AgreementFacts(answer=None, dated=False, reasoned=False)


def consent_of(consent: Consent) -> ConsentFacts:
    """Four facts, whether they were said in short or in full."""
    basis = consent.lawful_basis
    return ConsentFacts(
        informed=_informed(consent),
        reasoned=_reasoned(consent),
        to_referral=_agreement(consent.to_referral, in_short=consent.agreed_to_referral),
        to_checks=_agreement(consent.to_checks, in_short=consent.agreed_to_checks),
        to_help=_agreement(consent.to_help, in_short=None),
        has_lawful_basis=basis is not None and bool(basis.bases or basis.gateways or is_reason(basis.explanation)),
    )


def _informed(consent: Consent) -> bool | None:
    """What was said in short counts; otherwise whether anybody on the list was told."""
    if consent.parents_informed is not None:
        return consent.parents_informed
    answers = [each.told for each in consent.told if each.told is not None]
    return any(answers) if answers else None


def _reasoned(consent: Consent) -> bool:
    if consent.dispensing_reasons or is_reason(consent.parents_informed_reason) or is_reason(consent.reason_not_asked):
        return True
    return any(bool(each.reasons) or is_reason(each.reason_details) for each in consent.told)


def _agreement(agreement: Agreement | None, *, in_short: bool | None) -> AgreementFacts:
    if agreement is None and in_short is None:
        return _NOTHING
    short = None if in_short is None else (AgreementAnswer.AGREED if in_short else AgreementAnswer.REFUSED)
    if agreement is None:
        return AgreementFacts(answer=short, dated=False, reasoned=False)
    full = agreement.answer
    return AgreementFacts(
        # Two answers that differ are no answer: it has to be asked again.
        answer=(full or short) if full is short or not (full and short) else None,
        dated=is_written(agreement.given_by) and agreement.given_on is not None,
        reasoned=bool(agreement.reasons) or is_reason(agreement.reason_details),
    )
