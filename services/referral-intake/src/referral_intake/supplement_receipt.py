"""The receipts of a supplement and of a withdrawal: what their sender is told as soon as they are durable."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import SupplementKind, WithdrawalReason
from contracts.events import ReferralSupplemented, ReferralWithdrawn
from referral_intake import decide, telling
from referral_intake.model import EMERGENCY_ADVICE, Referral, Told
from referral_intake.telling import AdviceGiven, MissingAsSent


class ReferralLinks(BaseModel):
    """What can be done with a referral that was sent."""

    self: str = Field(description="Where to follow it.")
    receipt: str = Field(description="A receipt that can be printed.")
    supplements: str = Field(description="Where to add to it, or answer a question.")
    withdrawal: str = Field(description="Where to take it back.")


def links_of(referral_id: UUID) -> ReferralLinks:
    """Where to go on with a referral."""
    path = telling.path_of(referral_id)
    return ReferralLinks(
        self=path, receipt=f"{path}/receipt", supplements=f"{path}/supplements", withdrawal=f"{path}/withdrawal"
    )


EXAMPLE_ID: Final = UUID("0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77")
"""The referral that the examples of the API document are about."""
EXAMPLE_LINKS: Final[dict[str, Any]] = links_of(EXAMPLE_ID).model_dump()


class SupplementReceipt(BaseModel):
    """What you added is saved and will be read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "supplement_id": "5f0c6d0e-9d64-4f0e-8a55-1d1f3f0b7c11",
                    "referral_id": str(EXAMPLE_ID),
                    "reference": "WAN-7K3M-Q9TR",
                    "edition": 2,
                    "kind": "new-information",
                    "received_at": "2026-11-24T10:00:00Z",
                    "what_happens_next": "The front door team reads it together with your referral.",
                    "advice": [],
                    "missing_information": [
                        {"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}
                    ],
                    "links": EXAMPLE_LINKS,
                }
            ]
        }
    )

    supplement_id: UUID
    referral_id: UUID
    reference: str
    edition: int = Field(description="The number of the document that now stands; earlier ones are kept.")
    kind: SupplementKind
    received_at: datetime
    what_happens_next: str
    emergency_advice: str | None = Field(None, description="Only when a child is in danger now.")
    advice: tuple[AdviceGiven, ...] = Field(description="What only you can do, for all that the referral says now.")
    missing_information: tuple[MissingAsSent, ...] = Field(
        description="What the whole referral still lacks, and where a correction would put it."
    )
    links: ReferralLinks


class WithdrawalReceipt(BaseModel):
    """Your withdrawal is saved. It removes nothing, and a person still looks at the referral."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "referral_id": str(EXAMPLE_ID),
                    "reference": "WAN-7K3M-Q9TR",
                    "edition": 3,
                    "reason": "wrong-child",
                    "withdrawn_at": "2026-11-24T10:30:00Z",
                    "what_happens_next": decide.what_happens_to_a_withdrawal(),
                    "links": EXAMPLE_LINKS,
                }
            ]
        }
    )

    referral_id: UUID
    reference: str
    edition: int = Field(description="The number of the document that now stands; earlier ones are kept.")
    reason: WithdrawalReason
    withdrawn_at: datetime
    what_happens_next: str
    links: ReferralLinks


def supplement_body(event: ReferralSupplemented, referral: Referral, told: Told) -> bytes:
    """The receipt as it is sent, and sent again for the same request. ``referral`` is as it stood before."""
    return (
        SupplementReceipt(
            supplement_id=event.supplement_id,
            referral_id=event.referral_id,
            reference=referral.reference,
            edition=event.edition,
            kind=event.kind,
            received_at=event.received_at,
            what_happens_next=decide.what_happens_to_a_supplement(referral),
            emergency_advice=EMERGENCY_ADVICE if event.immediate_danger else None,
            advice=tuple(AdviceGiven(code=advice, text=advice.label) for advice in told.advice),
            missing_information=tuple(map(MissingAsSent.model_validate, telling.missing_in(told))),
            links=links_of(event.referral_id),
        )
        .model_dump_json(exclude_none=True)
        .encode()
    )


def withdrawal_body(event: ReferralWithdrawn, referral: Referral) -> bytes:
    """The receipt as it is sent, and sent again for the same request."""
    return (
        WithdrawalReceipt(
            referral_id=event.referral_id,
            reference=referral.reference,
            edition=event.edition,
            reason=event.reason,
            withdrawn_at=event.withdrawn_at,
            what_happens_next=decide.what_happens_to_a_withdrawal(),
            links=links_of(event.referral_id),
        )
        .model_dump_json()
        .encode()
    )
