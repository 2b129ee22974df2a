"""What left the system: signed notices that agencies' systems took, and e-mails."""

from dataclasses import dataclass
from typing import Any

import httpx2

from local_stack.stack import Stack


@dataclass(frozen=True)
class Sinks:
    """Reads what the sinks of the stack kept."""

    stack: Stack
    http: httpx2.AsyncClient

    async def deliveries(self) -> list[dict[str, Any]]:
        """Every webhook call, with the signature version that verified or why none did."""
        return await self._kept(f"{self.stack.addresses()['agencies']}/deliveries")

    async def messages(self) -> list[dict[str, Any]]:
        """Every e-mail."""
        return await self._kept(self.stack.addresses()["mail"])

    async def webhooks_about(self, reference: str) -> list[dict[str, Any]]:
        """The calls about one referral whose signature verified."""
        taken = [each for each in await self.deliveries() if "body" in each]
        return [each for each in taken if each["body"]["data"].get("reference") == reference]

    async def mail_about(self, reference: str) -> list[dict[str, Any]]:
        """The e-mails about one referral."""
        return [each for each in await self.messages() if reference in each["subject"]]

    async def _kept(self, url: str) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = (await self.http.get(url)).raise_for_status().json()
        return kept
