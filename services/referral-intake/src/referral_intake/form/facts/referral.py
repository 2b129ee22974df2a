"""The facts of a whole referral."""

from typing import Final

from contracts.codes import ReferrerKind, RequestedResponse
from referral_intake.form.concern import Concern
from referral_intake.form.facts.child import child_of, is_heard
from referral_intake.form.facts.circumstances import circumstances_of
from referral_intake.form.facts.consent import consent_of
from referral_intake.form.facts.days import days_of
from referral_intake.form.facts.family import family_of
from referral_intake.form.facts.placeholders import is_answer, is_named, is_told, is_written
from referral_intake.form.facts.reach import is_mailbox, is_phone
from referral_intake.form.referral import ReferralForm
from referral_intake.form.referrer import Referrer
from referral_intake.model import ConcernFacts, ReferralFacts, ReferrerFacts

_HELP: Final = frozenset({RequestedResponse.EARLY_HELP, RequestedResponse.TARGETED_YOUTH})


def facts_of(form: ReferralForm) -> ReferralFacts:
    """What a form says about itself."""
    safety, risks = form.immediate_safety, form.risks_to_staff
    return ReferralFacts(
        immediate_danger=form.immediate_danger,
        has_emergency_call=safety is not None and safety.called_999 is not None,
        has_next_contact=safety is not None and is_answer(safety.next_contact_with_abuser),
        referrer=_referrer(form.referrer),
        children=tuple([child_of(child) for child in form.children]),
        family=family_of(form),
        concern_types=form.concern.types,
        concern=_concern(form.concern),
        circumstances=circumstances_of(form),
        has_child_voice=is_heard(form.child_voice),
        consent=consent_of(form.consent),
        wants_help=form.requested_response in _HELP,
        lacks_professional_agreement=any(person.agreed_to_contact is None for person in form.professionals),
        has_staff_risks=is_answer(risks) if isinstance(risks, str) else bool(risks),
        lacks_staff_risk_review=not isinstance(risks, str) and any(risk.review_on is None for risk in risks or ()),
        lacks_attachment_place=any(not is_written(paper.held_at) for paper in form.attachments),
        days=days_of(form),
    )


def _referrer(referrer: Referrer) -> ReferrerFacts:
    has_phone, manager = is_phone(referrer.phone), referrer.line_manager
    manager_reachable = manager is not None and (is_phone(manager.phone) or is_mailbox(manager.email))
    return ReferrerFacts(
        professional=referrer.kind is not ReferrerKind.PUBLIC,
        wishes_anonymity=referrer.wishes_anonymity is True,
        has_name=is_named(referrer.name),
        has_phone=has_phone,
        reachable=has_phone or is_mailbox(referrer.email) or manager_reachable,
    )


def _concern(concern: Concern) -> ConcernFacts:
    disclosures = (concern.disclosure, *concern.disclosures) if concern.disclosure else concern.disclosures
    told = [each for each in disclosures if is_told(each.words)]
    has_events = any(is_written(event.what) for event in concern.incidents)
    return ConcernFacts(
        is_said=is_written(concern.facts) or is_written(concern.opinion) or bool(told) or has_events,
        has_source=concern.source is not None or any(event.source is not None for event in concern.incidents),
        has_impact=is_written(concern.impact),
        has_change=is_written(concern.what_changed),
        has_incomplete_disclosure=any(not (is_written(each.told_to) and is_written(each.told_at)) for each in told),
    )
