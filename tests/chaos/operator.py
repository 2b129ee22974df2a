"""The operator of a campaign: discards what poison blocks of our own referrals, by the same routes as people do."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx2

from chassis.http_client import authorities
from local_stack.stack import Stack
from local_stack.tokens import TokenSource
from tests.chaos.accounted import Accounted

NAME: Final = "frontdoor-operator"
REASON: Final = {"reason": "Nobody of ours wrote this record"}
CALL_SECONDS: Final = 30.0


class Operator:
    """Signed in by its private key."""

    def __init__(self, stack: Stack) -> None:
        self._urls = {service.package: service.url for service in stack.services.values()}
        issuer = stack.addresses()["oidc_issuer"]
        self._tokens = TokenSource.for_client(issuer, NAME, stack.keys.client_key_file(NAME))

    async def free_live_keys(self, accounted: Accounted) -> int:
        """Discard the records of poison that block keys of ours. Returns how many were asked for.

        One that waits for an earlier version, or was asked for already, is left for the next call.
        """
        addresses = [
            f"{url}/operator/parked/{parked_id}/discard"
            for service, url in self._urls.items()
            for parked_id in await accounted.on_live_keys(service)
        ]
        if not addresses:
            return 0
        headers = await self._bearer()
        async with httpx2.AsyncClient(timeout=CALL_SECONDS, trust_env=False, verify=authorities()) as http:
            answers = [await http.post(address, json=REASON, headers=headers) for address in addresses]
        refused = [answer for answer in answers if answer.status_code == httpx2.codes.CONFLICT]
        for answer in answers:
            if answer not in refused:
                answer.raise_for_status()
        return len(answers) - len(refused)

    async def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {await asyncio.to_thread(self._tokens.token)}"}
