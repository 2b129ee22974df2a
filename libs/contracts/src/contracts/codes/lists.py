"""Every list that is published, with its edition and where its codes come from."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.codes import access, dfe, form, notices, referral, triage
from contracts.codes.code import Code


@dataclass(frozen=True)
class Source:
    """Who keeps a list, and where it was read."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class CodeList:
    """A published list.

    Labels belong to an edition: anyone who keeps a code keeps the edition beside it, because the same code is worded
    otherwise in another year. A census list's edition is the collection it was read from. ``note`` says what is
    known to be missing.
    """

    edition: str
    source: Source
    codes: type[Code]
    note: str = ""

    @property
    def description(self) -> str:
        """What the list is for, as its codes say of themselves."""
        return inspect.cleandoc(self.codes.__doc__ or "")


_OWN: Final = Source("Frontdoor")
_DFE: Final = Source(
    "Department for Education, children in need census", "https://www.gov.uk/guidance/children-in-need-census"
)
_AUTHORITIES: Final = Source(
    "Department for Education, local authorities in published statistics",
    "https://github.com/dfe-analytical-services/dfe-published-data-qa/blob/main/data/las.csv",
)
_REVIEWS: Final = Source(
    "Data to Insight, standard safeguarding dataset", "https://github.com/data-to-insight/ssd-data-model"
)
_NO_WORDING: Final = (
    "The census lists UN6, but its wording was not found in any published source that we could read. "
    "The wording of UN1 to UN5 is that of the return on children looked after, without the words about care."
)
_SINCE_2009: Final = (
    "Authorities that ended before 2009 are not listed. "
    "Service schools, Wales and the Channel Islands have codes of their own, which are not authorities of England."
)

CODE_LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        "rating": CodeList("1", _OWN, triage.Rating),
        "threshold-level": CodeList("1", _OWN, triage.ThresholdLevel),
        "outcome": CodeList("1", _OWN, triage.Outcome),
        "concern-type": CodeList("1", _OWN, referral.ConcernType),
        "contact-source": CodeList("2023-24", _DFE, dfe.ContactSource),
        "sex": CodeList("2024-25", _DFE, dfe.Sex),
        "ethnicity": CodeList("2023-24", _DFE, dfe.Ethnicity),
        "gender": CodeList("2023-24", _DFE, dfe.Gender),
        "disability": CodeList("2023-24", _DFE, dfe.Disability),
        "primary-need": CodeList("2023-24", _DFE, dfe.PrimaryNeed),
        "social-care-closure-reason": CodeList("2023-24", _DFE, dfe.SocialCareClosureReason),
        "abuse-category": CodeList("2023-24", _DFE, dfe.AbuseCategory),
        "assessment-factor": CodeList("2023-24", _DFE, dfe.AssessmentFactor),
        "review-participation": CodeList("2026-07", _REVIEWS, dfe.ReviewParticipation),
        "upn-unknown-reason": CodeList("2023-24", _DFE, dfe.UpnUnknownReason, _NO_WORDING),
        "local-authority": CodeList("2026-04", _AUTHORITIES, dfe.LocalAuthority, _SINCE_2009),
        "missing-item": CodeList("1", _OWN, referral.MissingItem),
        "advice": CodeList("1", _OWN, referral.Advice),
        "address-kind": CodeList("1", _OWN, form.AddressKind),
        "agreement-answer": CodeList("1", _OWN, form.AgreementAnswer),
        "agreement-method": CodeList("1", _OWN, form.AgreementMethod),
        "allegation-test": CodeList("1", _OWN, form.AllegationTest),
        "attachment-kind": CodeList("1", _OWN, form.AttachmentKind),
        "current-plan": CodeList("2", _OWN, form.CurrentPlan),
        "dispensing-reason": CodeList("1", _OWN, form.DispensingReason),
        "family-role": CodeList("1", _OWN, form.FamilyRole),
        "fgm-knowledge": CodeList("1", _OWN, form.FgmKnowledge),
        "frequency": CodeList("1", _OWN, form.Frequency),
        "help-result": CodeList("1", _OWN, form.HelpResult),
        "information-source": CodeList("1", _OWN, form.InformationSource),
        "referrer-kind": CodeList("1", _OWN, form.ReferrerKind),
        "requested-response": CodeList("1", _OWN, form.RequestedResponse),
        "sharing-basis": CodeList("1", _OWN, form.SharingBasis),
        "supplement-kind": CodeList("1", _OWN, referral.SupplementKind),
        "withdrawal-reason": CodeList("1", _OWN, referral.WithdrawalReason),
        "hold-reason": CodeList("1", _OWN, referral.HoldReason),
        "disposal-decision": CodeList("1", _OWN, referral.DisposalDecision),
        "suspension-reason": CodeList("1", _OWN, referral.SuspensionReason),
        "case-news": CodeList("2", _OWN, triage.CaseNews),
        "rating-reason": CodeList("2", _OWN, triage.RatingReason),
        "answer": CodeList("1", _OWN, triage.Answer),
        "answer-moment": CodeList("1", _OWN, triage.AnswerMoment),
        "refusal-ground": CodeList("1", _OWN, triage.RefusalGround),
        "lawful-basis": CodeList("1", _OWN, triage.LawfulBasis),
        "closure-reason": CodeList("1", _OWN, triage.ClosureReason),
        "superseding-reason": CodeList("1", _OWN, triage.SupersedingReason),
        "handover-return-reason": CodeList("1", _OWN, triage.HandoverReturnReason),
        "handover-withdrawal-reason": CodeList("1", _OWN, triage.HandoverWithdrawalReason),
        "notice-kind": CodeList("2", _OWN, notices.NoticeKind),
        "channel": CodeList("1", _OWN, notices.Channel),
        "delivery-failure": CodeList("1", _OWN, notices.DeliveryFailure),
        "withheld-reason": CodeList("2", _OWN, notices.WithheldReason),
        "escalation-reason": CodeList("1", _OWN, notices.EscalationReason),
        "actor-kind": CodeList("1", _OWN, access.ActorKind),
        "record-kind": CodeList("1", _OWN, access.RecordKind),
        "purpose": CodeList("1", _OWN, access.Purpose),
        "denial-reason": CodeList("1", _OWN, access.DenialReason),
    }
)
