"""Parts of the demonstration: examples, endpoints, waiting, sending with one key."""

import asyncio
import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fake_services import FakeServices, problem
from rich.console import Console

from chassis.http_client import HttpClient
from frontdoor.answer import show
from frontdoor.demo.endpoints import endpoints_by_path
from frontdoor.demo.examples import read_all
from frontdoor.demo.referrals import send_all
from frontdoor.demo.sandbox import first_steps
from frontdoor.demo.stack import shown
from frontdoor.demo.triage import is_suggested
from frontdoor.demo.waiting import together, until
from frontdoor.demo.world import World
from frontdoor.errors import Wrong
from local_stack import realm
from local_stack.checkout import REALM_FILE
from local_stack.keys import Keys
from policy.load import load_packs

ROOT = Path(__file__).parents[3]
RUN = UUID(int=7)
EXAMPLES = read_all(ROOT / "examples" / "referrals")


@dataclass
class Intake:
    """Accepts referrals as referral-intake does; the first try of every key finds it still running."""

    forgets: bool = False
    advises: bool = True
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)

    def post(self, request: httpx2.Request) -> httpx2.Response:
        key, form = request.headers["Idempotency-Key"], json.loads(request.content)
        if key not in self.running:
            self.running.add(key)
            return problem(409, "This request is still running")
        if key not in self.receipts or self.forgets:
            self.order.append(form["referrer"]["own_reference"])
            self.receipts[key] = self._receipt(form)
        receipt = self.receipts[key]
        return httpx2.Response(202, json=receipt, headers={"Location": receipt["links"]["self"]})

    def _receipt(self, form: dict[str, Any]) -> dict[str, Any]:
        referral_id = str(UUID(int=len(self.order)))
        urgent = self.advises and form.get("immediate_danger")
        advice = {"emergency_advice": "Call 999 now"} if urgent else {}
        links = {"self": f"/v1/referrals/{referral_id}"}
        return {"referral_id": referral_id, "reference": f"R-{referral_id}", "links": links, **advice}


class EverybodyIsTheSame(World):
    """A world whose clients all call as one."""

    def __init__(self, services: FakeServices) -> None:
        http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: httpx2.Response(404))))
        super().__init__(http, {}, "", {}, agencies_url="", mail_url="", witness_key="")
        self._services = services

    def client(self, name: str) -> Any:
        return self._services.caller()


@pytest.fixture
def intake(services: FakeServices) -> Intake:
    intake = Intake()
    services.on("POST referral-intake/v1/referrals", intake.post)
    return intake


# -- sending --------------------------------------------------------------------------------------------------------


async def test_every_example_is_sent_under_a_key_of_its_own_until_it_is_accepted(
    services: FakeServices, intake: Intake
) -> None:
    sent = await send_all(EverybodyIsTheSame(services), EXAMPLES, run=RUN)

    assert {each.example.name for each in sent} == {example.name for example in EXAMPLES}
    assert len(intake.receipts) == len(EXAMPLES)


async def test_a_second_referral_about_a_child_is_sent_after_the_others(services: FakeServices, intake: Intake) -> None:
    later = [example.referral["referrer"]["own_reference"] for example in EXAMPLES if example.follows]

    await send_all(EverybodyIsTheSame(services), EXAMPLES, run=RUN)

    assert intake.order[-len(later) :] == later


async def test_two_answers_to_one_key_are_noticed(services: FakeServices, intake: Intake) -> None:
    intake.forgets = True

    with pytest.raises(Wrong, match="the same answer to a referral sent twice"):
        await send_all(EverybodyIsTheSame(services), EXAMPLES, run=RUN)


async def test_missing_emergency_advice_is_noticed(services: FakeServices, intake: Intake) -> None:
    intake.advises = False

    with pytest.raises(Wrong, match="advice to call 999"):
        await send_all(EverybodyIsTheSame(services), EXAMPLES, run=RUN)


# -- examples and endpoints -----------------------------------------------------------------------------------------


def test_the_examples_cover_what_the_demonstration_promises() -> None:
    senders = {example.sender for example in EXAMPLES}

    assert len(EXAMPLES) >= 8
    assert len(senders) >= 5
    assert any(example.immediate_danger for example in EXAMPLES)
    assert any(example.follows for example in EXAMPLES)
    assert any(not example.handovers for example in EXAMPLES)
    assert any(len(example.asked) == 2 for example in EXAMPLES)


def test_every_agency_and_team_of_every_pack_gets_the_channels_its_pack_promises() -> None:
    packs = load_packs(ROOT / "partnerships")

    told = endpoints_by_path(packs, "http://127.0.0.1:1")

    assert told["ashcroft-primary"] == {
        "partnership": "wandsworth",
        "endpoints": [
            {"channel": "webhook", "address": "http://127.0.0.1:1/agencies/ashcroft-primary/hook"},
            {"channel": "e-mail", "address": "notices@ashcroft-primary.example.org"},
        ],
    }
    assert {"wandsworth-macpt", "warwickshire-macpt"} <= told.keys()


# -- waiting --------------------------------------------------------------------------------------------------------


async def test_waiting_ends_with_the_first_answer() -> None:
    answers = iter([None, None, "here"])

    async def ask() -> str | None:
        return next(answers)

    assert await until("an answer", ask) == "here"


async def test_what_does_not_come_in_time_is_named() -> None:
    async def ask() -> str | None:
        return None

    with pytest.raises(Wrong, match="Missing after 0 seconds: a miracle"):
        await until("a miracle", ask, timeout_seconds=0)


async def test_the_first_failure_ends_the_others() -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        raise Wrong("one is missing")

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(Wrong, match="one is missing"):
        await together([waits(), fails()])

    assert ended.is_set()


def test_everybody_who_can_sign_in_is_shown_with_password_and_work(tmp_path: Path) -> None:
    sign_ins = realm.sign_ins(json.loads(REALM_FILE.read_text()), Keys(tmp_path))
    addresses = {"web_client": "http://127.0.0.1:2", "referral-intake": "http://127.0.0.1:1"}
    found = {"folder": str(tmp_path), "addresses": addresses, "sign_ins": sign_ins}
    console = Console(width=200, file=StringIO(), record=True)

    for part in shown(found):
        console.print(part)

    lines = console.export_text().splitlines()
    assert lines[0].startswith("Open http://127.0.0.1:2 and sign in"), "the web client's address comes first"
    for name, known in sign_ins["staff"].items():
        [line] = [line for line in lines if name in line]
        assert known["password"] in line
        assert known["agency"] in line


def test_lines_that_are_to_be_copied_stay_whole_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    names = ("referral-intake", "agency-notify", "audit", "oidc_issuer")
    lines = first_steps({name: f"http://127.0.0.1:23918/{name}/{'long' * 20}" for name in names})

    show(*lines)

    for line in "\n".join(line for line in lines if isinstance(line, str)).splitlines():
        assert line in terminal.getvalue().splitlines()


class Terminal(StringIO):
    """What Rich takes for a terminal."""

    def isatty(self) -> bool:
        return True


def test_children_that_a_kept_stack_knows_from_before_may_make_a_suggestion_more_urgent() -> None:
    calm = next(example for example in EXAMPLES if example.suggested_rating == "green")
    follower = next(example for example in EXAMPLES if example.follows)
    by_repeat = {"suggested_rating": "amber", "suggestion_reasons": [{"code": "repeat"}]}
    by_concern = {"suggested_rating": "amber", "suggestion_reasons": [{"code": "concern-type"}]}

    assert is_suggested({**by_concern, "suggested_rating": "green"}, calm)
    assert is_suggested(by_repeat, calm)
    assert not is_suggested(by_concern, calm)
    assert not is_suggested({**by_repeat, "suggested_rating": "red"}, follower)
