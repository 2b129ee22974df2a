"""The HTTP edge: one file per resource. Each route opens its one transaction."""

from typing import Final

from chassis.web.service_router import ServiceRouter
from triage.api import answers, assignments, cases, changes, handovers, information, outcomes, questions, queue

ROUTERS: Final[tuple[ServiceRouter, ...]] = (
    queue.router,
    changes.router,
    assignments.router,
    cases.router,
    information.router,
    answers.router,
    questions.router,
    outcomes.router,
    handovers.router,
)
