"""What waits for records officers, auditors and operators."""

from asyncio import gather
from typing import Final

from triage_ui.pages.home.section import SHOWN, Section, Source, Task
from triage_ui.services.operator import SERVICES, Delivery
from triage_ui.services.records import CountedRunView
from triage_ui.shell.formats import count, day, moment
from triage_ui.shell.menu import AUDITORS, DISCLOSERS, HOLDERS, OPERATORS, RECORDS
from triage_ui.shell.visitor import Visitor

_STATES: Final = (("to-review", "to review"), ("to-approve", "to approve, by somebody who did not review them"))


async def read_runs(visitor: Visitor) -> Section:
    """Disposal runs in which something waits to be reviewed or approved."""
    newest = (await visitor.services.records.runs()).runs[:SHOWN]
    runs = await gather(*(visitor.services.records.run(run.run_id) for run in newest))
    return Section(
        title="Records whose time is over",
        tasks=[task for run in runs for task in _run_tasks(run)],
        nothing="No record waits to be reviewed or approved.",
        more=Task("All disposal runs", "/records"),
    )


async def read_holds(visitor: Visitor) -> Section:
    """How many holds stand."""
    page = await visitor.services.records.holds()
    stands = Task("Holds that stand", "/records/holds", len(page.holds), "and more" if page.next else "")
    return Section("Holds", [stands] if page.holds else [], "No hold stands.", Task("Place a hold", "/records/hold"))


async def read_log(visitor: Visitor) -> Section:
    """How far the log is signed and witnessed."""
    log = await visitor.services.audit.witnesses()
    signed = f"The log holds {count(log.signed_size, 'entry', 'entries')}, last signed {moment(log.signed_at)}."
    tasks = []
    if log.needed and log.unwitnessed_since:
        tasks.append(
            Task("Part of the log is not witnessed yet", "/audit", detail=f"since {moment(log.unwitnessed_since)}")
        )
    return Section("The log", tasks, signed, Task("Find who looked at a referral", "/audit"))


async def read_proofs(visitor: Visitor) -> Section:
    """Where a receipt is checked; nothing waits there."""
    check = Task("Check a receipt or a proof", "/audit/proof")
    return Section("Disclosure", [], "Receipts that people bring are checked here.", check)


async def read_flow(visitor: Visitor) -> Section:
    """What is parked or halted in any service, and what waits to be sent."""
    found = await gather(*(visitor.services.operator.delivery(service) for service in SERVICES))
    tasks = [task for service, delivery in zip(SERVICES, found, strict=True) for task in _flow_tasks(service, delivery)]
    return Section(
        "The services", tasks, "Everything flows: nothing is parked or halted.", Task("All services", "/operator")
    )


def _run_tasks(run: CountedRunView) -> list[Task]:
    opened = f"run opened {day(run.opened_at.date())}"
    waiting = [(words, run.referrals.get(state, 0)) for state, words in _STATES]
    address = f"/records/runs/{run.run_id}"
    return [Task(words.capitalize(), address, number, opened) for words, number in waiting if number]


def _flow_tasks(service: str, delivery: Delivery) -> list[Task]:
    parked = Task(f"Parked in {service}", f"/operator#{service}", delivery.parked, late=True)
    halted = Task(f"Reading is halted in {service}", f"/operator#{service}", late=True)
    return [*([halted] if delivery.halted else []), *([parked] if delivery.parked else [])]


SOURCES: Final = (
    Source("Records whose time is over", RECORDS, read_runs),
    Source("Holds", HOLDERS, read_holds),
    Source("The log", AUDITORS, read_log),
    Source("Disclosure", DISCLOSERS, read_proofs),
    Source("The services", OPERATORS, read_flow),
)
