"""The HTTP edge: what partner systems and staff may ask of this service. One file per resource."""

from typing import Final

from fastapi import APIRouter

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
    submit,
    supplements,
    withdrawal,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    submit.router,
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
