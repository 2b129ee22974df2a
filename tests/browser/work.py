"""What people do with one case, page by page."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from frontdoor.demo.waiting import until
from tests.browser.reader import Reader
from tests.e2e.people import People
from tests.e2e.steps import FOR_TRIAGE, REFERRAL, Json, done, find_in_queue, post

CHILD: Final = "Rowan Testerley"
AGENCY: Final = "Wandsworth health visiting service"


@dataclass(frozen=True)
class Words:
    """What people write; each run has words of its own, so that they can be looked for."""

    mark: str

    @classmethod
    def new(cls) -> "Words":
        """Words that nobody else has."""
        return cls(uuid4().hex[:10])

    def of(self, what: str) -> str:
        """Words for one box, with markup and letters that must be shown as they are."""
        return f"{what} {self.mark} <b>not bold</b> अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}abc \N{CHILD}"


async def refer(people: People, referral: Json = REFERRAL) -> tuple[str, str]:
    """A referral from the school; its reference, and its case once there is one."""
    reference = done(await post(people.client("wandsworth-school"), referral), 202)["reference"]
    worker = people.staff("wandsworth-social-worker-1")
    line = await until(f"a case for {reference}", lambda: find_in_queue(worker, reference))
    return reference, f"/cases/{line['case_id']}"


async def turn_to(reader: Reader, reference: str) -> None:
    """Turn the pages of the queue until the case is on one."""
    while not await reader.page.get_by_role("link", name=reference, exact=True).count():
        await reader.follow("Next page")


async def ratings(people: People, case: str) -> list[str]:
    """Why the case was rated as it was, each time, as triage has it."""
    answer = await people.staff("wandsworth-manager").ask("GET", "triage", f"/v1{case}", headers=FOR_TRIAGE)
    return [one["rationale"] for one in done(answer)["ratings"]]


async def answers(people: People, case: str) -> list[str | None]:
    """What agencies said to the requests of the case, each time, as triage has it."""
    answer = await people.staff("wandsworth-manager").ask("GET", "triage", f"/v1{case}", headers=FOR_TRIAGE)
    return [said["answer"] for one in done(answer)["requests"] for said in one["statements"]]


async def rate(worker: Reader, case: str, words: Words) -> None:
    """Rate it red."""
    await worker.open(f"{case}/rate")
    await worker.finds_nothing_wrong()
    await worker.choose("Red")
    await worker.write("Why", words.of("Rated"))
    await worker.press("Continue")
    await worker.finds_nothing_wrong()
    await worker.press("Rate the case")


async def rate_by_api(people: People, case: str, rating: str, why: str) -> None:
    """Rate it as the manager, where the pages of it are not what is looked at."""
    manager = people.staff("wandsworth-manager")
    seen = await manager.ask("GET", "triage", f"/v1{case}", headers=FOR_TRIAGE)
    headers = {"If-Match": seen.headers["ETag"]}
    done(
        await manager.ask(
            "POST", "triage", f"/v1{case}/rating", json={"rating": rating, "rationale": why}, headers=headers
        )
    )


async def ask(worker: Reader, case: str, words: Words) -> None:
    """Ask the health visitors about the child."""
    await worker.open(f"{case}/ask")
    await worker.finds_nothing_wrong()
    await worker.choose(AGENCY, "Children Act 2004 section 11")
    await worker.page.locator("input[name=child_ids]").first.check()
    await worker.write("What do you want to know?", words.of("What do you know of Rowan?"))
    await worker.press("Continue")
    await worker.press("Ask this agency")


async def answer(agency: Reader, reference: str, words: Words) -> None:
    """Find the request in the inbox and say what is held."""

    async def asked() -> bool | None:
        await agency.open("/inbox")
        return await agency.page.get_by_role("link", name=reference).count() > 0 or None

    await until(f"{reference} in the agency's inbox", asked)
    await agency.finds_nothing_wrong()
    await agency.page.locator("table").first.get_by_role("link", name=reference).first.click()
    await agency.page.wait_for_load_state()
    await agency.finds_nothing_wrong()
    await agency.follow("Answer")
    await agency.finds_nothing_wrong()
    await agency.choose("We share what we hold")
    await agency.write("What do you know?", words.of("Two appointments were missed"))
    await agency.press("Continue")
    await agency.press("Send the answer")


async def recommend(worker: Reader, case: str, words: Words) -> None:
    """Recommend a strategy discussion for the first child."""
    await worker.open(f"{case}/recommend")
    await worker.finds_nothing_wrong()
    await worker.page.locator("input[name=child_id]").first.check()
    await worker.choose("Strategy discussion and child protection enquiry")
    await worker.page.locator("input[name=level][value='4']").check()
    await worker.write("Why", words.of("Significant harm"))
    await worker.press("Continue")
    await worker.press("Send the recommendation")


async def authorise(manager: Reader, case: str, words: Words) -> None:
    """Authorise what waits, past the page that asks to pause."""
    await manager.open(case)
    await manager.follow("Authorise or turn down")
    await manager.finds_nothing_wrong()
    await manager.choose("Yes, authorise it")
    await manager.write("Why", words.of("Agreed"))
    await manager.press("Continue")
    assert await manager.heading() == "Before you go on"
    await manager.finds_nothing_wrong()
    await manager.page.get_by_role("button", name="Continue").click()
    await manager.page.wait_for_load_state()
    await manager.press("Record the decision")


async def offer(worker: Reader, case: str, words: Words) -> None:
    """Offer the first child to the child protection team."""
    await worker.open(f"{case}/offer-handover")
    await worker.finds_nothing_wrong()
    await worker.page.locator("input[name=team][value='wandsworth-macpt']").check()
    await worker.page.locator("input[name=child_ids]").first.check()
    await worker.write("What must the team know first?", words.of("Please read the answers"))
    await worker.press("Continue")
    await worker.press("Offer the handover")


async def open_offer(team: Reader, reference: str) -> None:
    """Find the newest handover in the inbox, and open it."""

    async def offered() -> bool | None:
        await team.open("/inbox")
        waiting = team.page.get_by_role("region", name="Notices that nobody has dealt with")
        return await waiting.get_by_role("link", name=f"Handover offered about {reference}").count() > 0 or None

    await until(f"a handover about {reference} in the team's inbox", offered)
    await team.page.get_by_role("link", name=f"Handover offered about {reference}").first.click()
    await team.page.wait_for_load_state()
    await team.finds_nothing_wrong()
    await team.page.get_by_role("button", name="Read what your team is offered").click()
    await team.page.wait_for_load_state()
    await team.finds_nothing_wrong()
