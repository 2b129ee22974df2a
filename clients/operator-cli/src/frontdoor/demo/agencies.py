"""What partner systems and teams do: read a notice, follow it to what it is about, act on it, acknowledge it."""

from collections.abc import Awaitable, Callable, Mapping

from contracts.codes import Answer, NoticeKind, Purpose, RefusalGround
from frontdoor.client import Caller
from frontdoor.demo.waiting import until
from frontdoor.demo.world import World

Act = Callable[[Caller, str], Awaitable[None]]
"""Does what a notice asks for, as the agency, at the address of what the notice is about."""

SUPPLIED: Mapping[str, object] = {
    "answer": Answer.SUPPLIED,
    "content": "Known to us since September. Attendance has fallen; an older brother was seen alone in the evenings.",
}
NOTHING_HELD: Mapping[str, object] = {"answer": Answer.NOTHING_HELD}
REFUSED: Mapping[str, object] = {
    "answer": Answer.REFUSED,
    "refusal_ground": RefusalGround.LIVE_INVESTIGATION,
    "refusal_reason": "An officer is speaking to a witness this week. Ask us again on Monday.",
}


async def act_on_notice(world: World, agency: str, kind: NoticeKind, *, reference: str, act: Act) -> None:
    """Wait for the notice about a referral, open it, act on what it is about, acknowledge it."""
    caller = world.of_agency(agency)
    found = await until(
        f"a notice ({kind}) about {reference} in the inbox of {agency}", lambda: _find(caller, kind, reference)
    )
    notice = await caller.get("agency-notify", f"/v1/notices/{found}")
    await act(caller, notice["about_url"])
    await caller.post("agency-notify", f"/v1/notices/{found}/acknowledgement", {})


def answering(answer: Mapping[str, object]) -> Act:
    """Reads the question, then answers it."""

    async def act(caller: Caller, url: str) -> None:
        await caller.follow("GET", url, purpose=Purpose.ANSWER_REQUEST)
        await caller.follow("POST", f"{url}/answer", json=answer)

    return act


async def accept(caller: Caller, url: str) -> None:
    """Reads what is handed over, then takes the children on."""
    await caller.follow("GET", url, purpose=Purpose.CHILD_PROTECTION)
    await caller.follow("POST", f"{url}/acceptance", json={})


async def _find(caller: Caller, kind: NoticeKind, reference: str) -> str | None:
    """The id of the unopened notice, once it is there."""
    inbox = await caller.get("agency-notify", "/v1/notices?unopened=true&limit=100")
    found = (notice for notice in inbox["notices"] if notice["kind"] == kind and notice["reference"] == reference)
    return next((str(notice["notice_id"]) for notice in found), None)
