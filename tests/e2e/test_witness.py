"""The stack's witness cosigns the log as it grows, and the log goes on while the witness is away."""

import json
import subprocess
import sys
from typing import Any

import httpx2

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled, steady
from tests.e2e.people import People
from tests.e2e.steps import done, post


async def standing(stack: Stack, http: httpx2.AsyncClient) -> dict[str, Any]:
    """What the log shows of its witnesses."""
    answer = await http.get(f"{stack.services['audit'].url}/v1/witnesses")
    shown: dict[str, Any] = done(answer)
    return shown


async def witnessed_to_the_end(stack: Stack, http: httpx2.AsyncClient) -> dict[str, Any]:
    """Once the last checkpoint is witnessed."""

    async def ask() -> dict[str, Any] | None:
        shown = await standing(stack, http)
        return shown if shown["witnessed_size"] == shown["signed_size"] else None

    return await until("the last checkpoint to be witnessed", ask)


def verified(stack: Stack) -> dict[str, Any]:
    """What the stand-alone verifier says when it is asked for the witness whose key the stack names."""
    key = stack.addresses()["witness_key"]
    command = [sys.executable, "-m", "audit.verify", stack.services["audit"].url, "--witness", key, "--json"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    report: dict[str, Any] = json.loads(checked.stdout)
    assert checked.returncode == 0, report
    return report


async def test_the_whole_log_is_witnessed_and_anybody_can_check_it(
    people: People, stack: Stack, checker: Checker, http: httpx2.AsyncClient
) -> None:
    done(await post(people.client("wandsworth-school")), 202)
    await settled(checker)

    shown = await witnessed_to_the_end(stack, http)
    report = verified(stack)

    assert report["witnessed"]["size"] >= shown["signed_size"] > 0
    assert list(report["witnessed"]["cosigned_at"]) == ["witness.example.org/local"]
    assert [each["outcome"] for each in shown["witnesses"]] == ["cosigned"]


async def test_while_the_witness_is_away_the_log_is_signed_on_and_nothing_turns_red(
    people: People, stack: Stack, checker: Checker, http: httpx2.AsyncClient
) -> None:
    before = await witnessed_to_the_end(stack, http)
    stack.parts["witness"].stop()
    done(await post(people.client("wandsworth-school")), 202)
    await settled(checker)

    async def signed_without_it() -> dict[str, Any] | None:
        shown = await standing(stack, http)
        return shown if shown["witnesses"][0]["outcome"] == "away" else None

    during = await until("the witness to be missed", signed_without_it)
    ready = await http.get(f"{stack.services['audit'].worker_url}/health/ready")
    stack.parts["witness"].start()
    after = await witnessed_to_the_end(stack, http)

    await steady(stack)
    assert during["signed_size"] > before["signed_size"]
    assert during["unwitnessed_since"] is not None
    assert ready.status_code == 200
    assert after["signed_size"] >= during["signed_size"]
