"""A case to which news comes, while its decision is timed or after it was closed."""

from datetime import timedelta
from uuid import UUID

from triage_examples import CASE_ID, DUE, FIRST, NOW, SECOND, case, decision, handover

from contracts.codes import ClosureReason
from triage.model import DECISION_CLOCK, Case, Clock

LATER = NOW + timedelta(days=2)
RUNNING = Clock(UUID(int=900), DECISION_CLOCK, CASE_ID, NOW, DUE)
STOPPED = Clock(UUID(int=900), DECISION_CLOCK, CASE_ID, NOW, DUE, stopped_at=NOW)


def closed() -> Case:
    """A case that was handed over completely."""
    return case(
        decisions=(decision(FIRST, team="wandsworth-macpt"), decision(SECOND)),
        handovers=(handover(FIRST, accepted_at=NOW),),
        clocks=(STOPPED,),
        closed_at=NOW,
        closed_reason=ClosureReason.HANDED_OVER,
    )
