"""A stranger's record in a topic of ours, which every reader of it parks, and giving it up again."""

import asyncio
import uuid
from typing import Final

from chassis.delivery.kafka import start_producer, stop_client
from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.steps import done

OPERATOR: Final = "platform-operator"
TOPIC: Final = "agency-notify.v1"
READERS: Final = ("triage", "audit")
REASON: Final = "A stranger's record, agreed with the owner of the topic"


async def park(people: People) -> dict[str, int]:
    """Write one; under which number each reader parked it."""
    key = uuid.uuid4().hex
    producer = await start_producer(people.stack.parts["kafka"].address)
    try:
        await producer.send_and_wait(TOPIC, b"not ours", key=key.encode())
    finally:
        await stop_client(producer)
    return {service: await _number(people, service, key) for service in READERS}


async def _number(people: People, service: str, key: str) -> int:
    async def found() -> int | None:
        page = done(await people.staff(OPERATOR).ask("GET", service, f"/operator/parked?key={key}"))
        return int(page["parked"][0]["id"]) if page["parked"] else None

    return int(await until(f"the message parked in {service}", found))


async def discard_all(people: People) -> None:
    """Give up everything that is parked, and wait until that is carried out."""
    await asyncio.gather(*(_discard_all_of(people.staff(OPERATOR), service) for service in READERS))


async def _discard_all_of(operator: Party, service: str) -> None:
    async def empty() -> bool | None:
        page = done(await operator.ask("GET", service, "/operator/parked"))
        for message in page["parked"]:
            if message["asked"] is None:
                path = f"/operator/parked/{message['id']}/discard"
                await operator.ask("POST", service, path, json={"reason": REASON, "with_earlier": True})
        return not page["parked"] or None

    await until(f"nothing parked in {service}", empty)
