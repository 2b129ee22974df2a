"""``GET /v1/referrals/{id}/disposal``: the certificate that a referral's documents were destroyed."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.service_router import ServiceRouter
from referral_intake import handlers, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.standing import AsReader
from referral_intake.model import Certificate

router = ServiceRouter(tags=["records"])

PROOF_PATH = "/v1/receipts/"


class CertificateView(BaseModel):
    """What was destroyed, when, and who decided it: a copy of the event that is in the log."""

    referral_id: UUID
    disposed_at: datetime
    record_class: str
    commitments: tuple[str, ...] = Field(
        description="Of each destroyed edition, in order, as they were published when it came in."
    )
    reviewed_by: str
    approved_by: str
    run_id: UUID
    policy_version: str
    event_id: UUID
    proof: str = Field(
        description="Where the log proves that it holds this event, to those who may see it: a disclosure receipt of "
        "the audit service."
    )

    @classmethod
    def of(cls, referral_id: UUID, certificate: Certificate, *, log_url: str) -> Self:
        """A certificate as it is shown."""
        return cls(
            referral_id=referral_id,
            disposed_at=certificate.disposed_at,
            record_class=certificate.record_class,
            commitments=certificate.commitments,
            reviewed_by=certificate.reviewed_by,
            approved_by=certificate.approved_by,
            run_id=certificate.run_id,
            policy_version=certificate.policy_version,
            event_id=certificate.event_id,
            proof=f"{log_url}{PROOF_PATH}{referral_id}",
        )


@router.get(
    telling.PATH + "/{referral_id}/disposal",
    summary="Read the certificate of a destruction",
    responses=problem_responses(429),
)
async def read_certificate(referral_id: UUID, dependencies: Injected, reader: AsReader) -> CertificateView:
    """For records officers, auditors, Caldicott guardians and the agency that sent the referral.

    404 while nothing was destroyed, and for everybody else. Commitments prove nothing about anybody once the salts are
    gone; they show that what was destroyed is what had come in.
    """
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_certificate(tx, referral_id, reader, now=dependencies.clock.now())
    return CertificateView.of(referral_id, unwrap(result), log_url=dependencies.log_url)
