"""The agency that sent a referral, following its own."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.steps import REFERRALS, Json, done, open_notice


@dataclass
class Sender:
    """A partner's system with the receipt it was given."""

    people: People
    receipt: Any
    client: str = "wandsworth-school"

    @property
    def reference(self) -> str:
        """What people call the referral."""
        return str(self.receipt["reference"])

    @property
    def path(self) -> str:
        """Where the referral is followed."""
        return f"{REFERRALS}/{self.receipt['referral_id']}"

    @property
    def party(self) -> Party:
        """Signed in."""
        return self.people.client(self.client)

    async def status(self, wanted: str) -> Any:
        """What the sender sees, once it sees that."""

        async def ask() -> Any:
            status = done(await self.party.ask("GET", "referral-intake", self.path))
            return status if status["status"] == wanted else None

        return await until(f"{self.reference} {wanted} in the eyes of its sender", ask)

    async def read_question(self) -> Any:
        """Open the notice, and read what is asked."""
        notice = await open_notice(self.party, "question-asked", self.reference)
        return done(await self.party.follow("GET", notice["about_url"]))

    async def supplement(self, body: Json) -> Any:
        """Add to the referral."""
        return done(await self.change("supplements", body), 202)

    async def withdraw(self, body: Json) -> httpx2.Response:
        """Take the referral back."""
        return await self.change("withdrawal", body)

    async def change(self, what: str, body: Json) -> httpx2.Response:
        """Send news of either kind."""
        key = {"Idempotency-Key": str(uuid4())}
        return await self.party.ask("POST", "referral-intake", f"{self.path}/{what}", json=body, headers=key)
