"""What the API document shows agencies as an example can be sent as it stands, and is accepted."""

from typing import Any

import pytest
from triage_world import World

from triage.api.examples import ANSWERS


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["answer"])
async def test_every_answer_is_accepted(world: World, answer: dict[str, Any]) -> None:
    request = await world.ask(await world.open_case())

    response = await world.post(f"{request}/answer", "police", answer)

    assert response.status_code == 200, response.text
