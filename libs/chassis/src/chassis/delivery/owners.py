"""The services that own aggregates, asked over HTTP with a machine token to publish them again."""

import httpx2

from chassis.clock import Clock
from chassis.delivery.gaps import ASKED, NO_ADDRESS, NO_ANSWER, NO_TOKEN, NOTHING_TO_SEND, Gap
from chassis.http_client import HttpClient, NoAnswer
from chassis.ids import Ids
from chassis.machine import MachineTokens
from chassis.settings import ServiceSettings
from contracts.problems import Unavailable


class Owners:
    """Asks the owner of an aggregate. One token serves for all of them."""

    def __init__(self, settings: ServiceSettings, clock: Clock, ids: Ids, http: HttpClient | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._http = http or HttpClient.connect()
        self._tokens: MachineTokens | None = None

    async def ask(self, gap: Gap) -> str:
        """What came of asking: ``asked`` when the owner will send, else why not, such as ``status-403``."""
        owner = self._settings.service_urls.get(gap.source)
        if owner is None:
            return NO_ADDRESS
        try:
            headers = await self._bearer()
        except Unavailable:
            return NO_TOKEN
        body = {"aggregate": gap.aggregate, "after_version": gap.version}
        try:
            response = await self._http.request("POST", f"{owner}/operator/republish", json=body, headers=headers)
        except NoAnswer:
            return NO_ANSWER
        return _said(response)

    async def _bearer(self) -> dict[str, str]:
        """Raises ``Unavailable``."""
        if self._tokens is None:
            key_file = self._settings.client_key_file
            if key_file is None or not key_file.is_file():
                raise Unavailable("FRONTDOOR_CLIENT_KEY_FILE names no key")
            self._tokens = MachineTokens(
                self._http,
                issuer=self._settings.oidc_issuer,
                client_id=self._settings.client_id,
                key_file=key_file,
                clock=self._clock,
                ids=self._ids,
            )
        return await self._tokens.bearer()


def _said(response: httpx2.Response) -> str:
    """Only a success that names what it will send is one: a page of a proxy in between is not."""
    if not response.is_success:
        return f"status-{response.status_code}"
    try:
        events = int(response.json()["events"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return NO_ANSWER
    return ASKED if events > 0 else NOTHING_TO_SEND
