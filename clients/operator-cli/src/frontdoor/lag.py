"""How far behind each service is: events not sent, events not read, messages parked, and whether reading halted."""

import asyncio

from frontdoor.answer import Answer, table
from frontdoor.client import SERVICES, Caller
from frontdoor.errors import GOOD, Wrong
from frontdoor.totals import ask_totals

_COLUMNS = ("service", "to send", "to read", "parked", "reading")


async def lag(caller: Caller) -> Answer:
    """One row for each service. Ends with 1 when anything is parked or halted; waiting alone is not wrong."""
    totals, *deliveries = await asyncio.gather(
        ask_totals(caller), *(caller.get(service, "/operator/delivery") for service in SERVICES)
    )
    data = [
        {
            "service": service,
            "to_send": delivery["unpublished"],
            "to_read": totals.behind(service),
            "parked": delivery["parked"],
            "reading": "halted" if delivery["halted"] else "goes on",
        }
        for service, delivery in zip(SERVICES, deliveries, strict=True)
    ]
    wrong = any(row["parked"] or row["reading"] == "halted" for row in data)
    shown = table("Lag, in events", _COLUMNS, [tuple(row.values()) for row in data])
    return Answer(data, (shown,), exit_code=Wrong.exit_code if wrong else GOOD)
