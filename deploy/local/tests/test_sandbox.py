"""The sandbox's front door team: what it does next, and which cases it never touches."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chassis.testing.clock import SettableClock
from contracts.codes import Outcome, ThresholdLevel
from local_stack.sandbox.moves import MANAGER, OFFICER, WORKER, Move, next_move
from local_stack.sandbox.scripts import SCRIPTS, Script, find_script
from local_stack.sandbox.team import Team
from local_stack.sandbox.watch import Watch
from local_stack.tokens import Token, TokenSource

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NO_ACTION = SCRIPTS["SANDBOX-NO-FURTHER-ACTION"]
TRIAGE, INTAKE = "http://triage.example.org", "http://intake.example.org"
EARLIER = "http://127.0.0.1:1"


def case(**given: Any) -> dict[str, Any]:
    bare = {
        "case_id": "k",
        "reference": "WAN-7K3M-Q9TR",
        "referral_id": "r",
        "document_url": f"{EARLIER}/v1/referrals/r/document",
        "children": [{"child_id": "one", "decided": False}],
        "questions": [],
        "recommendations": [],
        "decisions": [],
        "handovers": [],
        "overdue": False,
        "reopened_at": None,
        "closed_at": None,
    }
    return {**bare, **given}


def decided(team: str | None = None) -> dict[str, Any]:
    child, decision = {"child_id": "one", "decided": True}, {"child_id": "one", "team": team}
    return {"children": [child], "decisions": [decision]}


@pytest.mark.parametrize(
    ("own_reference", "word"),
    [
        ("SANDBOX-QUESTION", "SANDBOX-QUESTION"),
        ("ASH-2026-0520 SANDBOX-EARLY-HELP", "SANDBOX-EARLY-HELP"),
        ("2026/17 (SANDBOX-STRATEGY-DISCUSSION)", "SANDBOX-STRATEGY-DISCUSSION"),
    ],
)
def test_a_magic_word_may_stand_beside_the_senders_own_number(own_reference: str, word: str) -> None:
    assert find_script(own_reference) is SCRIPTS[word]


@pytest.mark.parametrize(
    "own_reference", [None, "", "ASH-2026-0520", "SANDBOX-", "SANDBOX-NOTHING", "sandbox-question"]
)
def test_whatever_has_no_magic_word_has_no_script(own_reference: str | None) -> None:
    assert find_script(own_reference) is None


def test_every_outcome_has_a_word() -> None:
    assert {script.outcome for script in SCRIPTS.values()} == set(Outcome)
    assert all(f"SANDBOX-{outcome.upper()}" in SCRIPTS for outcome in Outcome)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_one_person_recommends_and_another_authorises(script: Script) -> None:
    ready = {"overdue": True, "questions": [{"answered_at": "2026-11-23T09:40:00Z"}]}

    first = next_move(script, case(**ready))
    assert first is not None
    waiting = {"recommendation_id": "r", "child_id": "one", "settled": None}
    second = next_move(script, case(recommendations=[waiting], **ready))

    assert (first.who, first.path, first.body["outcome"]) == (WORKER, "/v1/cases/k/recommendations", script.outcome)
    assert ThresholdLevel(str(first.body["level"]))
    assert second is not None
    assert (second.who, second.path) == (MANAGER, "/v1/cases/k/decisions")
    assert (second.body["recommendation_id"], second.body["agree"]) == ("r", True)


def test_a_recommendation_that_was_turned_down_is_made_anew() -> None:
    turned_down = {"recommendation_id": "r", "child_id": "one", "settled": "turned-down"}

    move = next_move(NO_ACTION, case(recommendations=[turned_down]))

    assert move is not None
    assert move.path == "/v1/cases/k/recommendations"


def test_every_child_is_decided_before_anything_is_closed() -> None:
    children = [{"child_id": "one", "decided": True}, {"child_id": "two", "decided": False}]

    move = next_move(NO_ACTION, case(children=children, decisions=[{"child_id": "one", "team": None}]))

    assert move is not None
    assert move.body["child_id"] == "two"


def test_a_case_that_no_team_takes_on_is_closed_by_the_manager() -> None:
    assert next_move(NO_ACTION, case(**decided())) == Move(MANAGER, "/v1/cases/k/closure", {})


def test_a_team_is_offered_its_children_and_accepts_them() -> None:
    script, team = SCRIPTS["SANDBOX-EARLY-HELP"], "wandsworth-early-help"
    offered = {"handover_id": "h", "team": team, "child_ids": ["one"], "accepted_at": None}

    offer = next_move(script, case(**decided(team)))
    accept = next_move(script, case(**decided(team), handovers=[offered]))

    assert offer is not None
    assert (offer.who, offer.path, offer.body["team"]) == (WORKER, "/v1/cases/k/handovers", team)
    assert accept == Move(team, "/v1/handovers/h/acceptance", {})


def test_the_sender_is_asked_once_and_nothing_is_decided_before_it_answered() -> None:
    script = SCRIPTS["SANDBOX-QUESTION"]

    asked = next_move(script, case())
    waits = next_move(script, case(questions=[{"answered_at": None}]))
    goes_on = next_move(script, case(questions=[{"answered_at": "2026-11-23T09:40:00Z"}]))

    assert asked is not None
    assert (asked.who, asked.path) == (OFFICER, "/v1/cases/k/questions")
    assert waits is None
    assert goes_on is not None
    assert goes_on.who == WORKER


def test_a_slow_case_is_decided_when_it_is_late() -> None:
    script = SCRIPTS["SANDBOX-SLOW"]

    assert next_move(script, case()) is None
    assert next_move(script, case(overdue=True)) is not None


def test_a_case_that_was_opened_again_rests_where_the_word_says_so() -> None:
    again = case(**decided(), reopened_at="2026-11-23T10:00:00Z")

    assert next_move(SCRIPTS["SANDBOX-CLOSED"], again) is None
    assert next_move(NO_ACTION, again) is not None


@dataclass
class Office:
    """Triage and intake as the team meets them: one open case, and what was asked of it."""

    own_reference: str | None
    line: dict[str, Any] = field(
        default_factory=lambda: {
            "case_id": "k",
            "reference": "WAN-7K3M-Q9TR",
            "version": 1,
            "overdue": False,
            "received_at": "2026-11-23T09:00:00Z",
        }
    )
    refuses: int | None = None
    asked: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        asked = f"{request.method} {request.url.path}"
        self.asked.append(asked)
        self.urls.append(str(request.url))
        if asked == "GET /v1/cases":
            return httpx2.Response(200, json={"cases": [self.line], "next": None})
        assert request.headers.get("If-Match") == '"1"' or request.headers["Access-Purpose"] == "triage"
        if asked == "GET /v1/cases/k":
            return httpx2.Response(200, json=case(), headers={"ETag": '"1"'})
        if asked.endswith("/document"):
            return httpx2.Response(200, json={"referrer": {"own_reference": self.own_reference}})
        assert json.loads(request.content)["outcome"] == "no-further-action"
        return httpx2.Response(self.refuses or 201, json={})


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


def watching(office: Office, clock: SettableClock, **given: Any) -> Watch:
    http = httpx2.Client(transport=httpx2.MockTransport(office.answer))
    members = {WORKER: TokenSource(lambda: Token("t", 300.0))}
    return Watch((Team("wandsworth", http, TRIAGE, INTAKE, members),), clock, **given)


def of_case(office: Office) -> Iterator[str]:
    return (asked for asked in office.asked if asked != "GET /v1/cases")


def test_a_case_without_a_magic_word_is_looked_at_once_and_left_alone(clock: SettableClock) -> None:
    office = Office("ASH-2026-0520")
    watch = watching(office, clock)

    for version in (1, 1, 2):
        office.line["version"] = version
        watch.round()

    assert list(of_case(office)) == ["GET /v1/cases/k", "GET /v1/referrals/r/document"]


def test_a_case_with_one_gets_one_move_in_each_round(clock: SettableClock) -> None:
    office = Office("SANDBOX-NO-FURTHER-ACTION")

    watching(office, clock).round()

    assert list(of_case(office))[2:] == ["POST /v1/cases/k/recommendations"]


def test_a_case_that_waits_is_not_opened_again_until_it_changes(clock: SettableClock) -> None:
    office = Office("SANDBOX-SLOW")
    watch = watching(office, clock)

    watch.round()
    watch.round()
    once = list(of_case(office))
    office.line["overdue"] = True
    watch.round()

    assert once == ["GET /v1/cases/k", "GET /v1/referrals/r/document"]
    assert list(of_case(office))[2:] == ["GET /v1/cases/k"]


def test_a_referral_from_before_the_given_moment_is_not_looked_at(clock: SettableClock) -> None:
    office = Office("SANDBOX-NO-FURTHER-ACTION")

    watching(office, clock, since=NOW).round()

    assert list(of_case(office)) == []


def test_a_case_that_somebody_else_changed_is_looked_at_again_in_the_next_round(clock: SettableClock) -> None:
    office = Office("SANDBOX-NO-FURTHER-ACTION", refuses=412)
    watch = watching(office, clock)

    watch.round()
    watch.round()

    assert list(of_case(office)).count("POST /v1/cases/k/recommendations") == 2


def test_a_refused_move_is_not_repeated_while_the_case_stays_as_it_is(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office("SANDBOX-NO-FURTHER-ACTION", refuses=403)
    watch = watching(office, clock)

    watch.round()
    watch.round()

    assert list(of_case(office)).count("POST /v1/cases/k/recommendations") == 1
    assert (
        "WAN-7K3M-Q9TR is left as it is: POST /v1/cases/k/recommendations was answered 403" in capsys.readouterr().out
    )


def test_a_document_is_read_where_intake_is_now_and_not_where_it_was_at_an_earlier_start(clock: SettableClock) -> None:
    office = Office("SANDBOX-NO-FURTHER-ACTION")

    watching(office, clock).round()

    assert f"{INTAKE}/v1/referrals/r/document" in office.urls
    assert not [url for url in office.urls if url.startswith(EARLIER)]


def test_it_is_ready_once_a_whole_round_was_made_and_while_rounds_go_on(clock: SettableClock) -> None:
    watch = watching(Office(None), clock)

    before = watch.is_fresh()
    watch.round()
    after = watch.is_fresh()
    clock.advance(timedelta(minutes=1))

    assert (before, after, watch.is_fresh()) == (False, True, False)


def test_a_failure_that_stays_is_told_once_and_the_rounds_go_on(
    clock: SettableClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_stack.sandbox.watch.ROUND_SECONDS", 0.001)
    watch = watching(Office(None), clock)
    rounds = 0

    def fail() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 5:
            watch.stopping.set()
        raise httpx2.ConnectError("nobody there")

    monkeypatch.setattr(watch, "round", fail)
    watch.run()

    assert rounds == 5
    assert capsys.readouterr().out.splitlines() == ["sandbox: a round was cut short: ConnectError"]
