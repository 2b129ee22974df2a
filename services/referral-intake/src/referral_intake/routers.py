"""Every route of this service, in the order of its API document."""

from typing import Final

from chassis.web.service_router import ServiceRouter
from referral_intake.accepting import api as accepting
from referral_intake.api import (
    certificates,
    code_lists,
    disposal_runs,
    documents,
    fhir,
    follow,
    holds,
    partners,
    receipts,
    references,
    supplements,
    withdrawal,
)

ROUTERS: Final[tuple[ServiceRouter, ...]] = (
    accepting.router,
    follow.router,
    receipts.router,
    supplements.router,
    withdrawal.router,
    documents.router,
    references.router,
    fhir.router,
    code_lists.router,
    partners.router,
    holds.router,
    disposal_runs.router,
    certificates.router,
)
