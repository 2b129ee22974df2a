"""What happens to one case, step by step, and how it is seen."""

from typing import Any, Final
from uuid import UUID

from triage_world import World

from contracts.codes import SupplementKind
from contracts.events import ChildReference

THIRD = UUID(int=1003)
NEW_CHILD: Final[dict[str, Any]] = {
    "kind": SupplementKind.NEW_CHILD,
    "children": (ChildReference(child_id=THIRD, unborn=True),),
}


async def shown(world: World, case: str, who: str = "worker") -> dict[str, Any]:
    """The case as somebody of triage sees it, which is a look."""
    answer = await world.get(case, who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def line(world: World, query: str = "") -> dict[str, Any]:
    """The only case's line in the queue."""
    [only] = (await world.get(f"/v1/cases{query}", "officer", purpose=None)).json()["cases"]
    return dict(only)


async def decided(world: World, case: str, outcome: str = "no-further-action") -> None:
    """Two people decide for both children."""
    for child in (1, 2):
        await world.decide(case, child, outcome)


async def closed(world: World) -> str:
    """A case that a manager has closed; the path of it."""
    case = await world.open_case()
    await decided(world, case)
    answer = await world.post(f"{case}/closure", "manager", version=await world.version(case))
    assert answer.status_code == 200, answer.text
    return case


async def handed_over(world: World) -> str:
    """A case that closed by itself when the team accepted; the path of it."""
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    await world.post(f"{await world.offer(case, 1, 2)}/acceptance", "team")
    assert (await shown(world, case))["state"] == "closed"
    return case
