"""Standings are asked for as well as read: what events did not bring, the owner of clients says over HTTP."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from pydantic import ValidationError

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.http_client import HttpClient, NoAnswer
from chassis.ids import Ids
from chassis.machine import MachineTokens
from chassis.settings import ServiceSettings
from chassis.tasks import Stop, Task
from chassis.web.suspension import STANDINGS_PATH, Standing, StandingsView, record

EVERY_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 2.0
"""After nobody answered."""

Ask = Callable[[], Awaitable[Sequence[Standing]]]
"""The standing of every client that was ever suspended, from its owner. Raises when there is no answer."""

log = telemetry.logger(__name__)


def asking_for_standings(db: Database, settings: ServiceSettings, *, owner: str, clock: Clock, ids: Ids) -> Task:
    """A worker's task: ask the owner at once and every half minute, until asked to stop.

    Events bring a suspension within a moment. This brings those from before this service read such events, and
    those that wait behind a parked message or for a broker that is away.
    """

    async def run(stop: Stop) -> None:
        if owner not in settings.service_urls or settings.client_key_file is None:
            log.warning("suspensions come by events alone, nobody is named who could be asked", source=owner)
            await stop.wait()
            return
        http = HttpClient.connect()
        tokens: list[MachineTokens] = []

        async def bearer() -> Mapping[str, str]:
            if not tokens:
                tokens.append(MachineTokens.of(settings, http, clock=clock, ids=ids))
            return await tokens[0].bearer()

        try:
            await keep_asking(db, asking(settings.service_urls[owner], http, bearer), stop)
        finally:
            await http.close()

    return run


async def keep_asking(db: Database, ask: Ask, stop: Stop) -> None:
    """Keep what is answered, by version. No transaction is open while the owner is asked."""
    while not stop.is_set():
        pause = EVERY_SECONDS
        try:
            standings = await ask()
            async with db.transaction() as tx:
                await record(tx, standings)
        except Exception as error:  # whatever is wrong there, it MUST NOT end what else this worker does
            log.warning("suspensions could not be asked for", error=type(error).__name__)
            pause = AGAIN_SECONDS
        await stop.wait(pause)


def asking(url: str, http: HttpClient, bearer: Callable[[], Awaitable[Mapping[str, str]]]) -> Ask:
    """Asks the owner at ``url``, as the client that ``bearer`` signs in."""

    async def ask() -> Sequence[Standing]:
        try:
            answer = await http.get_json(f"{url}{STANDINGS_PATH}", headers=await bearer())
            said = StandingsView.model_validate(answer).standings
        except ValidationError as error:
            raise NoAnswer from error
        return [Standing(each.client_id, each.version, each.suspended_at) for each in said]

    return ask
