"""News about a decided child: a person recommends again, another authorises, and the later decision supersedes."""

from triage_steps import closed, shown
from triage_world import WORDS, World


async def test_a_case_that_danger_opened_again_is_decided_again_and_both_decisions_are_kept(world: World) -> None:
    case = await closed(world)
    await world.supplement(immediate_danger=True)
    version = (await shown(world, case))["version"]
    body = {
        "child_id": "00000000-0000-0000-0000-0000000003e9",
        "outcome": "strategy-discussion",
        "level": "4",
        "rationale": WORDS,
        "supersedes_reason": "news-from-sender",
    }

    answer = await world.post(f"{case}/recommendations", "worker", body, version=version)

    assert answer.status_code == 201, answer.text
