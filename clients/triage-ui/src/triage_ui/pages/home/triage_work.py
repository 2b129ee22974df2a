"""What waits for triage staff, and for those who authorise: as triage counts it."""

from typing import Final

from triage_ui.pages.home.section import SHOWN, Section, Source, Task
from triage_ui.pages.queue.filter import Filter
from triage_ui.services.triage_queue import FilterCount, QueueLine, QueuePage
from triage_ui.shell.formats import time_left
from triage_ui.shell.menu import STAFF
from triage_ui.shell.visitor import Visitor

_FIRST: Final = (("due", "overdue"), ("news", "unseen"), ("assigned", "me"))
"""The filters, and the value of each, that say most about what to do first."""
_WORDS: Final = {"overdue": "Late", "unseen": "With news that nobody has seen", "me": "Yours"}
_AUTHORISING: Final = "mash-manager"


async def read_queue(visitor: Visitor) -> Section:
    """How many open cases wait for what; each state leads to its part of the queue."""
    page = await visitor.services.triage.queue({"limit": "1"})
    first = [_task(name, one) for name, value in _FIRST for one in _counts(page, name) if one.value == value]
    states = [_task("waits_for", one) for one in page.counts.waits_for]
    return Section(
        title="Cases in the queue",
        tasks=[task for task in (*first, *states) if task.count],
        nothing="No case is open.",
        more=Task("All open cases, the most pressing first", "/queue?all=yes"),
    )


async def read_to_authorise(visitor: Visitor) -> Section:
    """Cases in which somebody recommended an outcome, the most pressing first."""
    chosen = Filter.of({"waits_for": "authorisation"})
    page = await visitor.services.triage.queue({**chosen.service_query, "limit": str(SHOWN)})
    return Section(
        title="Recommendations to authorise",
        tasks=[_case(line) for line in page.cases],
        nothing="No recommendation waits to be authorised.",
        more=Task("All that wait to be authorised", chosen.here, page.total) if page.total > SHOWN else None,
    )


def _counts(page: QueuePage, name: str) -> tuple[FilterCount, ...]:
    found: tuple[FilterCount, ...] = getattr(page.counts, name)
    return found


def _task(name: str, one: FilterCount) -> Task:
    address = Filter.of({name: one.value}).here
    return Task(_WORDS.get(one.value, one.label), address, one.count, late=one.value == "overdue")


def _case(line: QueueLine) -> Task:
    detail = time_left(line.seconds_left)
    return Task(line.reference, f"/cases/{line.case_id}", detail=detail, late=line.overdue)


SOURCES: Final = (
    Source("Recommendations to authorise", frozenset({_AUTHORISING}), read_to_authorise),
    Source("Cases in the queue", STAFF, read_queue),
)
