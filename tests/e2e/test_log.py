"""The log on the real stack: it proves to everybody, and gives an outsider nothing to go by."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.journey import Journey
from tests.e2e.people import Party, People
from tests.e2e.steps import done

AUDITOR: Final = "wandsworth-auditor"
SECONDS: Final = 240


def verifier(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The stand-alone verifier, as somebody outside would run it."""
    command = [sys.executable, "-m", "audit.verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture
def key(stack: Stack, tmp_path: Path) -> str:
    """The log's key, kept in a file."""
    file = tmp_path / "audit.vkey"
    file.write_text(httpx2.get(f"{stack.services['audit'].url}/key").text)
    return str(file)


async def receipt_of(party: Party, journey: Journey, *, holds: str, purpose: str | None = None, **query: str) -> Any:
    """A party's disclosure receipt, once a type is in it: what happened a moment ago is signed soon after."""
    headers = {"Access-Purpose": purpose} if purpose else {}

    async def ask() -> Any:
        path = f"/v1/receipts/{journey.referral_id}"
        answer = await party.ask("GET", "audit", path, headers=headers, params=query)
        if answer.status_code in (404, 409):  # the log has not read everything yet
            return None
        receipt = done(answer)
        return receipt if holds in types_in(receipt) else None

    return await until(f"{holds} in a disclosure receipt", ask)


def types_in(receipt: Any) -> set[str]:
    return {json.loads(entry["entry"])["type"] for entry in receipt["entries"]}


async def test_an_outsider_finds_nothing_of_a_referral_in_the_log(
    journey: Journey, checker: Checker, http: httpx2.AsyncClient, stack: Stack
) -> None:
    await settled(checker)
    url = stack.services["audit"].url

    async def signed() -> int | None:
        size = int((await http.get(f"{url}/checkpoint")).text.split("\n")[1])
        return size if size >= 20 else None

    size = await until("a checkpoint over the journey", signed)
    full, rest = divmod(size, 256)
    names = [f"{n:03}" for n in range(full)] + ([f"{full:03}.p/{rest}"] if rest else [])
    seen = [(await http.get(f"{url}/tile/{kind}/{name}")).content for name in names for kind in ("entries", "0")]

    everything = b"".join(seen)
    assert len(everything) == size * (35 + 32)
    for secret in (journey.reference, journey.referral_id, "ashcroft", "metropolitan-police", "live-investigation"):
        assert secret.encode() not in everything
    for path in (f"receipts/{journey.referral_id}", f"journeys/{journey.referral_id}", "entries/0"):
        assert (await http.get(f"{url}/v1/{path}")).status_code == 401


async def test_an_auditor_verifies_every_entry_against_what_every_service_recorded(
    journey: Journey, people: People, checker: Checker, stack: Stack, tmp_path: Path, key: str
) -> None:
    await settled(checker)
    token = tmp_path / "token"
    token.write_text(people.staff(AUDITOR).token())
    owners = [part for name, each in stack.services.items() for part in ("--owner", f"{name}={each.url}")]

    run = verifier(
        *("entitled", stack.services["audit"].url, "--json", "--key", key, "--token-file", str(token), *owners)
    )

    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["opened"] > 20
    assert report["looks"] > 0
    assert sorted(report["compared"]) == sorted(stack.services)
    assert journey.reference not in run.stdout


async def test_the_sender_and_an_agency_that_was_asked_prove_their_part_without_the_service(
    journey: Journey, people: People, tmp_path: Path, key: str
) -> None:
    school = await receipt_of(people.client("wandsworth-school"), journey, holds="notice.delivered.v1")
    police = await receipt_of(people.client("wandsworth-police"), journey, holds="information.answered.v1")

    for name, receipt in (("school", school), ("police", police)):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(receipt))
        checked = verifier("receipt", str(file), "--key", key)
        assert checked.returncode == 0, checked.stderr
    assert "referral.received.v1" in types_in(school)
    assert types_in(school).isdisjoint({"case.decided.v1", "case.rated.v1", "information.answered.v1"})
    assert "live-investigation" in json.dumps(police)
    assert "live-investigation" not in json.dumps(school)


async def test_a_receipt_that_was_changed_is_found(journey: Journey, people: People, tmp_path: Path, key: str) -> None:
    receipt = await receipt_of(people.client("wandsworth-school"), journey, holds="referral.received.v1")
    receipt["entries"][0]["entry"] = receipt["entries"][0]["entry"].replace("ashcroft", "bashcroft")
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(receipt))

    checked = verifier("receipt", str(file), "--key", key)

    assert checked.returncode == 1
    assert checked.stderr.startswith("Not verified (receipt): ")


async def test_a_data_protection_officer_has_a_receipt_made_for_the_person_and_for_the_court(
    journey: Journey, people: People
) -> None:
    officer = people.staff("wandsworth-data-protection-officer")

    person = await receipt_of(officer, journey, holds="case.closed.v1", purpose="disclosure", **{"for": "person"})
    court = await receipt_of(officer, journey, holds="case.closed.v1", purpose="disclosure", **{"for": "court"})

    assert types_in(person) <= {"case.closed.v1", "record.accessed.v1"}
    assert {"case.decided.v1", "information.answered.v1", "referral.received.v1"} <= types_in(court)


async def test_an_agency_that_is_no_party_is_answered_as_if_there_were_nothing(
    journey: Journey, people: People
) -> None:
    stranger = people.client("warwickshire-school")

    answer = await stranger.ask("GET", "audit", f"/v1/receipts/{journey.referral_id}")

    assert answer.status_code == 404
