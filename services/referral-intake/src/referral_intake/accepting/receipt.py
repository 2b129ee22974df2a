"""The receipt: what a sender is told as soon as the referral is durable."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from contracts.events import ReferralReceived
from referral_intake.accepting import decide
from referral_intake.accepting.model import Earlier
from referral_intake.model import Told
from referral_intake.telling import AdviceGiven, MissingAsSent, missing_in, path_of


class EarlierReferral(BaseModel):
    """A referral of yours that this one is likely a repeat of. Both are read; this one is not refused."""

    referral_id: UUID
    reference: str
    received_at: datetime


class Links(BaseModel):
    """Where to go on."""

    self: str = Field(description="Where to follow this referral.")


class Receipt(BaseModel):
    """The referral is saved and will be read. Keep the reference."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "referral_id": "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77",
                    "reference": "WAN-7K3M-Q9TR",
                    "status": "received",
                    "received_at": "2026-11-23T09:30:00Z",
                    "decision_expected_by": "2026-11-24T17:00:00Z",
                    "what_happens_next": "The front door team reads every referral. You can expect a decision …",
                    "missing_information": [
                        {"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}
                    ],
                    "links": {"self": "/v1/referrals/0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77"},
                }
            ]
        }
    )

    referral_id: UUID
    reference: str
    status: Literal["received"] = "received"
    received_at: datetime
    decision_expected_by: datetime
    what_happens_next: str
    emergency_advice: str | None = Field(None, description="Only when a child is in danger now.")
    advice: tuple[AdviceGiven, ...] = ()
    likely_repeat_of: EarlierReferral | None = Field(
        None, description="Your agency referred one of these children in the last 72 hours."
    )
    missing_information: tuple[MissingAsSent, ...]
    restricted: bool | None = Field(
        None, description="Only of a FHIR message with a confidentiality label: few of the staff may read it."
    )
    not_taken: tuple[str, ...] | None = Field(
        None, description="Only of a FHIR message: each place (FHIRPath) that the referral does not have."
    )
    links: Links


def body_of(received: ReferralReceived, told: Told, earlier: Earlier | None = None) -> bytes:
    """The receipt as it is sent, and sent again for the same request; a ``Receipt`` that is not built for speed."""
    said = {
        "referral_id": received.referral_id,
        "reference": received.reference,
        "status": "received",
        "received_at": received.received_at,
        "decision_expected_by": received.decision_expected_by,
        "what_happens_next": decide.what_happens_next(received, told.phone_advice),
        "emergency_advice": decide.emergency_advice(received),
        "advice": [{"code": advice.value, "text": advice.label} for advice in told.advice],
        "likely_repeat_of": asdict(earlier) if earlier else None,
        "missing_information": missing_in(told),
        "restricted": told.handling.restricted or None,
        "not_taken": told.handling.not_taken or None,
        "links": {"self": path_of(received.referral_id)},
    }
    return to_json({name: value for name, value in said.items() if value is not None})
