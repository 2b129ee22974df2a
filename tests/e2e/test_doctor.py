"""On the real stack: the doctor finds nothing wrong, or says what is; and a bundle names nobody."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from chassis.settings import KafkaSettings
from frontdoor.bundle.writing import write
from frontdoor.client import Caller
from frontdoor.doctor.surroundings import Surroundings
from local_stack.stack import Stack
from tests.e2e.doctoring import around, bad
from tests.e2e.people import People
from tests.e2e.planted import Planted
from tests.e2e.steps import CaseWork, done, post

pytestmark = pytest.mark.timeout(300)

MARK = "zq0123456789"


async def test_on_a_stack_that_is_well_nothing_is_wrong(stack: Stack) -> None:
    found, looked_at = await bad(around(stack))

    assert found == []
    assert looked_at >= 26


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda one: replace(one, kafka=KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1")), "kafka"),
        (lambda one: replace(one, database_urls={"triage": "postgresql://x:x@127.0.0.1:1/x"}), "database of triage"),
        (lambda one: replace(one, settings=replace(one.settings, client_id="wandsworth-school")), "token"),
        (lambda one: replace(one, worker_urls={"triage": "http://127.0.0.1:1"}), "worker triage"),
    ],
    ids=["kafka", "database", "client", "worker"],
)
async def test_what_is_wrong_is_named(stack: Stack, change: Callable[[Surroundings], Surroundings], check: str) -> None:
    found, _ = await bad(change(around(stack)))

    assert check in {finding.check for finding in found}
    assert all(finding.advice for finding in found)


async def test_a_bundle_names_nobody_of_a_referral_that_went_through(
    stack: Stack, people: People, tmp_path: Path
) -> None:
    receipt = done(await post(people.client("wandsworth-school"), Planted(MARK).referral()), 202)
    await CaseWork(people, receipt["reference"]).opened()
    surroundings, file = around(stack), tmp_path / "bundle.zip"
    caller = Caller.of(surroundings.settings)
    try:
        said = await write(caller, file, lines=100_000, around=surroundings)
    finally:
        await caller.close()

    with ZipFile(file) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    everything = "\n".join(parts.values())
    passwords = [one["password"] for one in stack.sign_ins["staff"].values()]
    assert said.data["missing"] == []
    assert MARK not in everything
    assert receipt["reference"] not in everything
    assert not [password for password in passwords if password in everything]
    assert any("attempt made" in text or "request answered" in text for text in parts.values()), "logs are in it"
    assert json.loads(parts["doctor.json"])["ok"] is True
    assert await asyncio.to_thread(lambda: file.stat().st_size) < 5_000_000
