"""What a family knows of a referral and agreed to: four facts that are not one another, each with its date.

Agreement to the referral, agreement to checks and agreement to help are practice; the lawful basis is data protection.
None of them stands for another (national advice of 2024: consent is usually not the lawful basis in safeguarding).
"""

from typing import Annotated

from pydantic import Field

from contracts.codes import AgreementAnswer, AgreementMethod, DispensingReason, LawfulBasis, SharingBasis
from referral_intake.form.part import Day, FormPart, Line, Narrative, Yes

Reasons = Annotated[tuple[DispensingReason, ...], Field(max_length=len(DispensingReason))]


class Agreement(FormPart):
    """Whether somebody agreed to one thing."""

    answer: AgreementAnswer | None = Field(None, description="What they said; not-asked when nobody asked them.")
    given_by: Line | None = Field(None, description="Who answered.")
    relationship: Line | None = Field(None, description="Who they are to the child.")
    given_on: Day | None = Field(None, description="When.")
    method: AgreementMethod | None = Field(None, description="How.")
    asked_by: Line | None = Field(None, description="Who asked them.")
    limited_to: Narrative | None = Field(None, description="What or whom they limited it to.")
    reasons: Reasons = Field((), description="Why nobody asked, or why you go on without agreement.")
    reason_details: Narrative | None = Field(None, description="The same, in words.")


class Basis(FormPart):
    """On what lawful basis you share this."""

    bases: Annotated[tuple[SharingBasis, ...], Field(max_length=len(SharingBasis))] = Field(
        (), description="The basis in data protection law."
    )
    gateways: Annotated[tuple[LawfulBasis, ...], Field(max_length=len(LawfulBasis))] = Field(
        (), description="The law that lets or makes you share."
    )
    explanation: Narrative | None = Field(None, description="Why sharing is necessary and proportionate.")
    decided_by: Line | None = Field(None, description="Who decided to share.")
    decided_on: Day | None = Field(None, description="When.")


class Informed(FormPart):
    """One person who was told of the referral, or was not."""

    person: Line | None = Field(None, description="Who.")
    relationship: Line | None = Field(None, description="Who they are to the child.")
    told: Yes | None = Field(None, description="Whether they were told.")
    told_on: Day | None = Field(None, description="When.")
    method: AgreementMethod | None = Field(None, description="How.")
    response: Narrative | None = Field(None, description="What they said to it.")
    reasons: Reasons = Field((), description="Why they were not told.")
    reason_details: Narrative | None = Field(None, description="The same, in words.")
    must_not_be_told: Yes | None = Field(None, description="True when telling them would put somebody at risk.")


class Consent(FormPart):
    """What the parents or carers know and agreed to. Agreement is not needed where a child may be at risk."""

    parents_informed: Yes | None = Field(None, description="Whether the parents or carers know of this referral.")
    parents_informed_reason: Narrative | None = Field(None, description="Why they do, or do not.")
    agreed_to_referral: Yes | None = Field(None, description="In short; to_referral says who and when.")
    agreed_to_checks: Yes | None = Field(None, description="In short; to_checks says who and when.")
    reason_not_asked: Narrative | None = Field(None, description="Why nobody asked.")
    to_referral: Agreement | None = Field(None, description="Agreement that this referral is made.")
    to_checks: Agreement | None = Field(None, description="Agreement that agencies are asked what they know.")
    to_help: Agreement | None = Field(None, description="Agreement to take help or support.")
    lawful_basis: Basis | None = Field(None, description="The lawful basis on which you share.")
    told: Annotated[tuple[Informed, ...], Field(max_length=60)] = Field(
        (), description="Who was told of the referral, and who was not."
    )
    dispensing_reasons: Reasons = Field((), description="Why the family was not told or asked.")
