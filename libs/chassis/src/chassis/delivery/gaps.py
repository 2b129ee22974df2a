"""Healing gaps: the owner of what is missing is asked to publish it again."""

from collections.abc import Awaitable, Callable

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery import parking
from chassis.http_client import HttpClient
from chassis.ids import Ids
from chassis.machine import MachineTokens
from chassis.settings import ServiceSettings
from chassis.tasks import Stop
from contracts.problems import Problem, Unavailable

log = telemetry.logger(__name__)

Republish = Callable[[parking.Gap], Awaitable[None]]
"""Asks the owner of an aggregate to publish it again from a version on."""


async def heal_gaps(db: Database, republish: Republish, stop: Stop, *, every_seconds: float = 5.0) -> None:
    """Ask the owners of what is missing to publish it again, until told to stop. No transaction is open meanwhile."""
    while not await stop.wait(every_seconds):
        async with db.transaction() as tx:
            missing = await parking.gaps(tx)
        for gap in missing:
            log.warning("gap found, asking its owner to publish again", source=gap.source, version=gap.version)
            try:
                await republish(gap)
            except Problem as problem:
                log.warning("gap not healed yet", problem=problem.slug)


class Owners:
    """The services that own aggregates, asked over HTTP with a machine token."""

    def __init__(self, settings: ServiceSettings, clock: Clock, ids: Ids) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._http = HttpClient.connect()
        self._tokens: MachineTokens | None = None

    async def ask(self, gap: parking.Gap) -> None:
        """Raises ``NoAnswer`` when the owner or the issuer is away: the next round asks again."""
        owner = self._settings.service_urls[gap.source]
        body = {"aggregate": gap.aggregate, "after_version": gap.version}
        headers = await self._machine().bearer()
        await self._http.request("POST", f"{owner}/operator/republish", json=body, headers=headers)

    def _machine(self) -> MachineTokens:
        if self._tokens is None:
            if self._settings.client_key_file is None:
                raise Unavailable("FRONTDOOR_CLIENT_KEY_FILE is not set: gaps cannot be healed by themselves")
            self._tokens = MachineTokens(
                self._http,
                issuer=self._settings.oidc_issuer,
                client_id=self._settings.client_id,
                key_file=self._settings.client_key_file,
                clock=self._clock,
                ids=self._ids,
            )
        return self._tokens
