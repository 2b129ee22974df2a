"""The HTTP edge: what partner systems and staff may ask of this service. One file per resource."""

from typing import Final

from fastapi import APIRouter

from referral_intake.api import code_lists, documents, follow, references, submit

ROUTERS: Final[tuple[APIRouter, ...]] = (
    submit.router,
    follow.router,
    documents.router,
    references.router,
    code_lists.router,
)
