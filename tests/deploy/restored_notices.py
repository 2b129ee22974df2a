"""The database of agency-notify is restored from yesterday's backup: what is sent again, and that nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from frontdoor.demo.waiting import until
from frontdoor.errors import Wrong
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.conftest import register_endpoints
from tests.deploy.backups import end, restore, save, start
from tests.deploy.scene import Scene, behave
from tests.deploy.verifying import doctors_lines, republished, verified_by_an_auditor
from tests.e2e.conftest import steady
from tests.e2e.sinks import Sinks
from tests.e2e.steps import done, open_notice, post

API, WORKER = "agency-notify-api", "agency-notify-worker"
SENDER, AGENCY = "wandsworth-police", "metropolitan-police"
WITHIN_SECONDS: Final = 300
_PENDING: Final = "SELECT count(*) FROM delivery WHERE state = 'pending'"
_TAKEN: Final = range(200, 300)

Sent = Mapping[str, Any]


async def rehearse_notices(scene: Scene, folder: Path) -> dict[str, Any]:
    """All of it. Raises ``Wrong`` when a notice is lost, or one that waited leaves twice under two ids."""
    yesterday = folder / "notices.dump"
    await _refer(scene)  # delivered before the backup
    await _settled(scene)
    waited = await _waiting(scene, yesterday)
    later = await _refer(scene)  # delivered after it, and opened
    await _open(scene, later)
    await _settled(scene)
    before = await _taken(scene)
    await end(scene.stack, WORKER, API)
    await asyncio.to_thread(restore, scene.stack, "agency_notify", yesterday)
    start(scene.stack, API, WORKER)
    await steady(scene.stack)
    await _all_sent(scene, len(before) + 2)
    again = (await _taken(scene))[len(before) :]
    await _nothing_lost(scene, again, waited=waited)
    found = {
        "taken_before": len(before),
        "sent_again": _sent_again(before, again),
        "lost": 0,
        "republish_dry_run": await republished(scene, dry_run=True),
        "doctor": await doctors_lines(scene),
        "verify_by_an_auditor": await verified_by_an_auditor(scene, folder, *_former(folder)),
    }
    await _open(scene, later)  # again: nobody here knows that it was opened
    await _settled(scene)
    healed = await verified_by_an_auditor(scene, folder, *_former(folder))
    return {**found, "verify_once_it_was_opened_again": healed}


async def _open(scene: Scene, reference: str) -> None:
    await open_notice(scene.people.client(SENDER), "referral-received", reference)


async def _all_sent(scene: Scene, number: int) -> None:
    """So many notices were taken, and none waits. Not that readers have the same versions: they have newer ones."""

    async def ask() -> bool | None:
        waiting = await _databases(scene).one("agency_notify", _PENDING)
        return (not waiting and len(await _taken(scene)) >= number) or None

    await until("every notice sent again", ask, timeout_seconds=WITHIN_SECONDS)


async def _waiting(scene: Scene, yesterday: Path) -> str:
    """The backup is made while a notice waits, which leaves afterwards. The reference of what it is about."""
    await behave(scene, AGENCY, "500")
    reference = await _refer(scene)
    databases = _databases(scene)

    async def tried() -> bool | None:
        return bool(await databases.one("agency_notify", _PENDING)) or None

    await until("a notice that waits", tried)
    await asyncio.to_thread(save, scene.stack, "agency_notify", yesterday)
    await behave(scene, AGENCY, "ok")
    await register_endpoints(scene.stack)
    await _settled(scene)
    return reference


async def _refer(scene: Scene) -> str:
    """By an agency whose own system is notified of what becomes of it; the reference."""
    return str(done(await post(scene.people.client(SENDER)), 202)["reference"])


async def _taken(scene: Scene) -> Sequence[Sent]:
    """Every notice that an agency's system took, in the order in which they came."""
    sinks = Sinks(scene.stack, scene.people.http)
    return [each for each in await sinks.deliveries() if each["status"] in _TAKEN and "body" in each]


def _sent_again(before: Sequence[Sent], again: Sequence[Sent]) -> dict[str, int]:
    """How agencies that had a notice already meet it again."""
    ids = {_id(each) for each in before}
    known = Counter(_what(each) for each in before)
    return {
        "under_the_id_it_had": sum(_id(each) in ids for each in again),
        "under_another_id": sum(_id(each) not in ids and _what(each) in known for each in again),
        "that_nobody_had": sum(_what(each) not in known for each in again),
    }


def _id(sent: Sent) -> str:
    """By which receivers know a notice again."""
    return str(sent["headers"]["webhook-id"])


def _what(sent: Sent) -> tuple[str, str, str]:
    """To whom, of which kind, about which referral."""
    return sent["agency"], sent["body"]["type"], str(sent["body"]["data"].get("reference"))


async def _nothing_lost(scene: Scene, again: Sequence[Sent], *, waited: str) -> None:
    checker = Checker(_databases(scene))
    found = await checker.followers()
    if not [each for each in again if _what(each)[2] == waited]:
        found.append(f"what waited about {waited} was not sent again")
    if found:
        raise Wrong("; ".join(found))


async def _settled(scene: Scene) -> None:
    checker = Checker(_databases(scene))

    async def ask() -> bool | None:
        return await checker.settled() or None

    await until("every notice delivered", ask, timeout_seconds=WITHIN_SECONDS)


def _former(folder: Path) -> Sequence[str]:
    """The log may have been begun again in the same run."""
    key = folder / "former.vkey"
    return ("--former-key", str(key)) if key.exists() else ()


def _databases(scene: Scene) -> Databases:
    return Databases(scene.stack.addresses()["database_url"])
