"""The HTTP edge: one file per resource. Each route opens its one transaction."""

from typing import Final

from fastapi import APIRouter

from triage.api import answers, cases, handovers, information, outcomes, questions, queue

ROUTERS: Final[tuple[APIRouter, ...]] = (
    queue.router,
    cases.router,
    information.router,
    answers.router,
    questions.router,
    outcomes.router,
    handovers.router,
)
