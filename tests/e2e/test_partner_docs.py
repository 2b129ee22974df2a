"""``docs/partners.md`` is true: followed from its first line to its last on the real stack, and held to the code."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from agency_notify import errors as notify_errors
from audit import errors as audit_errors
from chassis.clock import SystemClock
from chassis.db import DatabaseUnavailable
from chassis.http_client import NoAnswer
from chassis.web import problems
from contracts.codes import WithdrawalReason
from contracts.problems import Invalid, Problem, Suspended
from local_stack import probes
from local_stack.checkout import ROOT
from local_stack.ports import Ports
from local_stack.sandbox import process as sandbox
from local_stack.sandbox.scripts import SCRIPTS
from local_stack.stack import Stack
from local_stack.waiting import until
from referral_intake import errors
from referral_intake.model import STATUS_TEXTS
from tests.conftest import register_endpoints
from tests.e2e.guide import PAGE, Block, Reader, blocks, differences, json_in
from tests.e2e.partners import ASSERTION_TYPE
from triage import errors as triage_errors

TEXT: Final = PAGE.read_text(encoding="utf-8")
BLOCKS: Final = tuple(blocks(TEXT))
ANSWERS: Final = tuple(block for block in BLOCKS if block.label == "answer")
FOLLOW_SECONDS: Final = 240.0
READY_SECONDS: Final = 60.0

NOT_FOR_PARTNERS: Final = frozenset(
    {
        "document-refused", "document-restricted", "no-such-edition",  # documents are read by staff
        "unknown-referral", "unknown-child", "unknown-question",  # messages on Kafka
        "no-such-partner", "partnership-unknown", "partner-differs", "key-refused", "private-key-sent",
        "keys-elsewhere", "key-used-before",  # operators
        "no-such-run", "not-in-run", "no-such-hold", "item-settled", "held", "newer-edition", "no-longer-due",
        "keep-until-refused", "not-approvable", "nothing-to-hold",  # records officers
    }
)  # fmt: skip
"""Problems of referral-intake that a partner's system cannot meet."""
OF_OTHERS: Final[tuple[type[Problem], ...]] = (
    DatabaseUnavailable,
    NoAnswer,
    Suspended,
    triage_errors.NoSuchQuestion,
    triage_errors.NoSuchRequest,
    triage_errors.NotYourRole,
    triage_errors.NoSuchHandover,
    triage_errors.AlreadyAnswered,
    triage_errors.NotAnswered,
    triage_errors.AnswerChanged,
    triage_errors.AnswerIncomplete,
    triage_errors.AlreadyAccepted,
    triage_errors.AlreadyReturned,
    triage_errors.OfferWithdrawn,
    triage_errors.BadCursor,
    notify_errors.NoSuchNotice,
    notify_errors.NotOpened,
    audit_errors.NotInLog,
)
"""Problems of other services that one can meet while following this page, beside those of plain HTTP."""


ABSTRACT: Final = frozenset({Problem, Invalid})
"""Answered under names of their own."""


@dataclass(frozen=True)
class Followed:
    """What came of following the page; ``failure`` is empty when all of it worked."""

    reader: Reader
    failure: str


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    """Free ports, ours until the end."""
    taken = Ports()
    yield taken
    taken.release()


@pytest.fixture(scope="module")
def sandbox_team(stack: Stack, ports: Ports) -> Iterator[None]:
    """The simulated front door team, for referrals from now on."""
    port, since = ports.take(), SystemClock().now().isoformat()
    command = [str(part) for part in sandbox.command(stack.folder / "stack.json", port).arguments]
    with (stack.folder / "logs" / "sandbox.log").open("wb") as log:
        process = subprocess.Popen([*command, "--since", since], cwd=ROOT, stdout=log, stderr=log)
        try:
            until(
                "the sandbox's team",
                lambda: probes.http_answers(sandbox.health(port)),
                timeout_seconds=READY_SECONDS,
                still_possible=lambda: process.poll() is None,
            )
            yield
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def followed(
    stack: Stack, sandbox_team: None, ports: Ports, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Followed]:
    """Everything on the page, done in an empty folder. Puts back where the agency is told afterwards."""
    folder, outputs = tmp_path_factory.mktemp("partner"), tmp_path_factory.mktemp("outputs")
    reader = Reader(folder, outputs, variables(stack, receiver_port=ports.take()), FOLLOW_SECONDS)
    yield Followed(reader, reader.follow(TEXT))
    asyncio.run(register_endpoints(stack))


def variables(stack: Stack, *, receiver_port: int) -> dict[str, str]:
    """What ``make sandbox`` prints, and how the operator's command finds this stack instead of the checkout's own."""
    addresses = stack.addresses()
    return {
        "INTAKE": addresses["referral-intake"],
        "NOTIFY": addresses["agency-notify"],
        "AUDIT": addresses["audit"],
        "ISSUER": addresses["oidc_issuer"],
        "FRONTDOOR": str(ROOT),
        "PORT": str(receiver_port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "FRONTDOOR_SERVICE_URLS": json.dumps({name: service.url for name, service in stack.services.items()}),
        "FRONTDOOR_OIDC_ISSUER": addresses["oidc_issuer"],
        "FRONTDOOR_CLIENT_KEY_FILE": stack.sign_ins["clients"]["frontdoor-operator"]["private_key_file"],
    }


def command_before(answer: Block) -> Block:
    return next(block for block in reversed(BLOCKS[: answer.number]) if block.is_command)


def test_everything_on_the_page_works_as_it_is_written(followed: Followed) -> None:
    assert followed.failure == ""


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"block-{answer.number}")
def test_what_the_page_shows_is_what_is_answered(followed: Followed, answer: Block) -> None:
    shown = json_in(followed.reader.shown(command_before(answer).number))

    assert list(differences(json.loads(answer.text), shown)) == []


def test_the_programs_say_what_they_did(followed: Followed) -> None:
    said = {block.text: followed.reader.shown(block.number) for block in BLOCKS if block.is_command}

    notices = next(text for command, text in said.items() if "notices.py" in command)
    listed = next(text for command, text in said.items() if "list_referrals.py" in command)

    assert re.search(r"^referral-received WAN-", notices, re.MULTILINE)
    assert re.search(r"^referral-decided WAN-\S+ We are offering the family help", notices, re.MULTILINE)
    assert re.fullmatch(r"(WAN-\S+) \S+\n(?!\1)WAN-\S+ closed\n", listed), "both, the newest first, over two pages"


def test_an_assertion_is_believed_once(followed: Followed) -> None:
    reader = followed.reader
    made = [sys.executable, "-c", "import frontdoor_client; print(frontdoor_client.assertion())"]
    environment = {**os.environ, **reader.environment}
    assertion = subprocess.check_output(made, cwd=reader.folder, env=environment, text=True).strip()
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    url = f"{reader.environment['ISSUER']}/protocol/openid-connect/token"

    answers = [httpx2.post(url, data=form, timeout=FOLLOW_SECONDS, trust_env=False) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json()["expires_in"] == 300
    assert answers[1].json()["error"] == "invalid_client"


def test_few_blocks_are_not_run_and_the_others_are_files_commands_or_answers() -> None:
    kinds = {(block.language, "file" if block.is_file else block.label) for block in BLOCKS}

    assert kinds == {("sh", ""), ("sh", "not-run"), ("python", "file"), ("json", "file"), ("json", "answer")}
    assert [block.text.split()[0] for block in BLOCKS if block.label == "not-run"] == ["make", "export", "python3"]
    assert TEXT.count("\n```") == 2 * len(BLOCKS)


@pytest.mark.parametrize("saved", [block for block in BLOCKS if block.is_file], ids=lambda saved: saved.label)
def test_the_text_says_under_which_name_to_save_each_file(saved: Block) -> None:
    assert f"Save this as `{saved.label}`" in saved.before


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    lines = TEXT.split(f"# {heading}\n")[1].partition("\n|")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_magic_word_is_on_the_page() -> None:
    assert [row[0].strip("`") for row in rows("Magic words")] == list(SCRIPTS)


def test_every_status_is_on_the_page_in_the_words_that_senders_are_told() -> None:
    assert {row[0].strip("`"): row[1] for row in rows("Follow it")} == dict(STATUS_TEXTS.items())


def test_every_reason_to_withdraw_is_on_the_page() -> None:
    assert set(re.findall(r"`([a-z-]+)`", TEXT.split("with a `reason`:")[1].partition(".")[0])) == set(WithdrawalReason)


def documented_problems() -> dict[str, int]:
    return {slug: int(row[0]) for row in rows("Errors") for slug in re.findall(r"`([a-z-]+)`", row[1])}


def problems_of(module: Any) -> dict[str, int]:
    found = (getattr(module, name) for name in module.__all__)
    return {each.slug: each.status for each in found if isinstance(each, type) and issubclass(each, Problem)}


def test_every_problem_that_a_partner_can_meet_is_on_the_page_with_its_status() -> None:
    own = {slug: status for slug, status in problems_of(errors).items() if slug not in NOT_FOR_PARTNERS}
    plain = {slug: status for status, (slug, _) in problems._BY_STATUS.items()}
    of_any_request = (each for each in vars(problems).values() if isinstance(each, type) and issubclass(each, Problem))
    others = {each.slug: each.status for each in (*of_any_request, *OF_OTHERS) if each not in ABSTRACT}

    assert documented_problems() == {**plain, **others, **own}


def test_no_problem_is_kept_from_partners_that_there_is_not() -> None:
    assert set(problems_of(errors)) >= NOT_FOR_PARTNERS


def test_every_link_of_the_page_leads_somewhere() -> None:
    targets = {target for target in re.findall(r"\]\(([^)]+)\)", TEXT) if not target.startswith("https://")}
    anchors = {
        file: {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in headings(file)}
        for file in {PAGE, *((PAGE.parent / target.partition("#")[0]).resolve() for target in targets)}
        if file.suffix == ".md"
    }

    for target in targets:
        path, _, anchor = target.partition("#")
        file = (PAGE.parent / path).resolve() if path else PAGE
        assert file.exists(), target
        assert not anchor or anchor in anchors[file], target


def headings(file: Path) -> Iterator[str]:
    return (line.lstrip("#") for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
