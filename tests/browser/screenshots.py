"""``python -m tests.browser.screenshots FOLDER`` takes the pictures of the documentation again, on its own stack."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2
from playwright.async_api import Browser

from frontdoor.demo.examples import Example, read_all
from frontdoor.demo.waiting import until
from local_stack.checkout import ROOT
from local_stack.stack import Stack, running
from tests.browser.conftest import launched
from tests.browser.reader import Reader
from tests.e2e.people import People
from tests.e2e.steps import HEALTH, POLICE, CaseWork, done, post

PARTNERSHIP: Final = "wandsworth"
WORKER: Final = f"{PARTNERSHIP}-social-worker-1"
SHOWN: Final = f"{PARTNERSHIP}-02-domestic-abuse"
"""The example whose case the picture shows: it says what to know before anybody is contacted."""
WIDTH: Final = 1280
QUEUE_HEIGHT: Final = 1300
CASE_HEIGHT: Final = 1800
"""So much of each page: of a case also what comes below its warnings."""
LARGEST_BYTES: Final = 300_000
"""No picture of the documentation is larger."""
RATED: Final = 4
ASKED: Final = 2
"""So many cases are rated before the pictures are taken, and agencies asked in so many of them."""


async def take(stack: Stack, folder: Path) -> list[Path]:
    """The queue, and a case that is worked on."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        people = People(stack, http)
        shown = await _work(people, _examples())
    async with launched() as browser:
        return [
            await _picture(browser, stack, "/queue?all=yes", folder / "queue.png", QUEUE_HEIGHT),
            await _picture(browser, stack, f"/cases/{shown}", folder / "case.png", CASE_HEIGHT),
        ]


def _examples() -> list[Example]:
    return [one for one in read_all(ROOT / "examples" / "referrals") if one.partnership == PARTNERSHIP]


async def _work(people: People, examples: list[Example]) -> str:
    """Refer them all, rate some as they should be, ask about some; the case that the picture shows."""
    cases = []
    for example in examples:
        receipt = done(await post(people.client(example.sender), example.referral), 202)
        cases.append((example, await CaseWork(people, receipt["reference"]).opened()))
    for example, work in cases[:RATED]:
        await _as_now(work, "rating", {"rating": example.rating, "rationale": "On the facts that are known so far."})
    for _, work in cases[:ASKED]:
        children = [child["child_id"] for child in done(await work.read())["children"]]
        for agency in (HEALTH, POLICE):
            asked = {"agency": agency, "lawful_basis": "children-act-2004-s11", "child_ids": children}
            await _as_now(work, "information-requests", {**asked, "question": "What do you know of the family?"})
    return next(work.case_id for example, work in cases if example.name == SHOWN)


async def _as_now(work: CaseWork, what: str, body: Any) -> None:
    answer = await work.act(work.worker, what, body)
    assert answer.is_success, answer.text


async def _picture(browser: Browser, stack: Stack, path: str, file: Path, height: int) -> Path:
    """The page as a social worker sees it at the top of a wide screen."""
    reader = await Reader.at(browser, stack)
    await reader.page.set_viewport_size({"width": WIDTH, "height": height})
    await reader.sign_in(WORKER, path)
    await until(f"{path}", lambda: _is_shown(reader))
    await reader.page.screenshot(path=file)
    await reader.context.close()
    return file


async def _is_shown(reader: Reader) -> bool | None:
    return await reader.page.locator("h1").count() == 1 or None


def main() -> None:
    """Start a stack, take the pictures, end it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="frontdoor-") as own, running(Path(own) / "stack") as stack:
        for file in asyncio.run(take(stack, folder)):
            size = file.stat().st_size
            if size > LARGEST_BYTES:
                raise SystemExit(f"{file} has {size} bytes, and may have {LARGEST_BYTES}")
            print(f"{file}: {size} bytes")


if __name__ == "__main__":
    main()
