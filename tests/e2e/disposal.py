"""One referral that was kept for its time, from the officer's list to its certificate."""

from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx2

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.sender import Sender
from tests.e2e.steps import CaseWork, done, post

RUNS: Final = "/v1/disposal-runs"
OFFICER, MANAGER = "wandsworth-records-officer", "wandsworth-manager"
FOR_RECORDS: Final = {"Access-Purpose": "records"}

_LONG_AGO: Final = "interval '8 years'"
_AGEING: Final = (
    f"UPDATE referral SET received_at = received_at - {_LONG_AGO}, looked_at = looked_at - {_LONG_AGO}, "
    f"decided_at = decided_at - {_LONG_AGO}, closed_at = closed_at - {_LONG_AGO} WHERE referral_id = $1",
    f"UPDATE child SET decided_at = decided_at - {_LONG_AGO} WHERE referral_id = $1",
    f"UPDATE milestone SET reached_at = reached_at - {_LONG_AGO} WHERE referral_id = $1",
)
"""Eight years pass for a referral, as far as referral-intake can tell. The log keeps the real times."""


@dataclass(frozen=True)
class Disposed:
    """What was answered and shown at each step."""

    run: Any
    listed: Any
    document: httpx2.Response
    own_approval: httpx2.Response
    approval: Any
    counts: Any
    certificate: Any
    read_again: httpx2.Response
    added_later: httpx2.Response
    status: Any


@dataclass
class Shelf:
    """What a records officer does with one referral of a run."""

    people: People
    sender: Sender
    run_id: str = ""

    @property
    def officer(self) -> Party:
        """Reviews."""
        return self.people.staff(OFFICER)

    @property
    def referral_id(self) -> str:
        """The referral."""
        return str(self.sender.receipt["referral_id"])

    async def run(self) -> Any:
        """A new run, once the worker has made its list."""
        self.run_id = done(await self.officer.ask("POST", "referral-intake", RUNS), 201)["run_id"]

        async def ask() -> Any:
            run = done(await self.officer.ask("GET", "referral-intake", f"{RUNS}/{self.run_id}"))
            return run if run["listed_at"] else None

        return await until("the list of a disposal run", ask)

    async def listed(self) -> Any:
        """The referral's line in the list."""
        page = done(await self.officer.ask("GET", "referral-intake", f"{RUNS}/{self.run_id}/referrals"))
        return next(item for item in page["referrals"] if item["referral_id"] == self.referral_id)

    async def document(self) -> httpx2.Response:
        """What the referral says."""
        path = f"{self.sender.path}/document"
        return await self.officer.ask("GET", "referral-intake", path, headers=FOR_RECORDS)

    async def review(self) -> None:
        """The officer has read it, and would destroy it."""
        path = f"{RUNS}/{self.run_id}/referrals/{self.referral_id}/review"
        done(await self.officer.ask("POST", "referral-intake", path, json={"decision": "destroy", "edition": 1}))

    async def approve(self, name: str) -> httpx2.Response:
        """Somebody agrees."""
        approved = {"referral_ids": [self.referral_id]}
        path = f"{RUNS}/{self.run_id}/approval"
        return await self.people.staff(name).ask("POST", "referral-intake", path, json=approved)

    async def certificate(self) -> Any:
        """The certificate, once the worker has destroyed it."""

        async def ask() -> Any:
            answer = await self.officer.ask("GET", "referral-intake", f"{self.sender.path}/disposal")
            return None if answer.status_code == httpx2.codes.NOT_FOUND else done(answer)

        return await until(f"the certificate of {self.sender.reference}", ask)


async def dispose(people: People, admin_url: str) -> Disposed:
    """Every step in order. Raises when one of them is not answered as it should be."""
    shelf = Shelf(people, await _kept_for_its_time(people, admin_url))
    run = await shelf.run()
    listed, document = await shelf.listed(), await shelf.document()
    await shelf.review()
    own, approval = await shelf.approve(OFFICER), done(await shelf.approve(MANAGER))
    certificate = await shelf.certificate()
    news = {"kind": "new-information", "referrer": {"name": "Morgan Adeyemi-Clarke"}, "words": "He has moved."}
    return Disposed(
        run=run,
        listed=listed,
        document=document,
        own_approval=own,
        approval=approval,
        counts=done(await shelf.officer.ask("GET", "referral-intake", f"{RUNS}/{shelf.run_id}"))["referrals"],
        certificate=certificate,
        read_again=await shelf.document(),
        added_later=await shelf.sender.change("supplements", news),
        status=await shelf.sender.status("closed"),
    )


async def _kept_for_its_time(people: People, admin_url: str) -> Sender:
    """A referral that was closed without further action, a while ago."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    casework = await CaseWork(people, sender.reference).opened()
    await casework.close_without_action(done(await casework.read())["children"][0])
    await sender.status("closed")
    connection = await asyncpg.connect(admin_url.rsplit("/", 1)[0] + "/referral_intake")
    try:
        for statement in _AGEING:
            await connection.execute(statement, sender.receipt["referral_id"])
    finally:
        await connection.close()
    return sender
