"""The time limits that run for a case beside its decision, each called by whom it waits for; pure."""

from collections.abc import Sequence

from triage_ui.services.triage_case import CaseView, ClockLine
from triage_ui.shell.formats import CLOCKS, said
from triage_ui.shell.words import Words

_DECISION = "decision"


def time_limits(case: CaseView, words: Words) -> Sequence[tuple[str, ClockLine]]:
    """Name and clock, the next to be due first."""
    running = [one for one in case.clocks if one.stopped_at is None and one.name != _DECISION]
    agencies = {one.request_id: words.agency(one.agency) for one in case.requests}
    return [
        (f"Answer from {agencies[one.about_id]}" if one.about_id in agencies else said(one.name, CLOCKS), one)
        for one in sorted(running, key=lambda one: one.due_at)
    ]
