"""The client of a campaign: what may be sent again is, under the same key, as the answer asks; what may not is said."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.chaos.journal import LONGEST_RETRY_SECONDS, RETRY_SECONDS, Again, Journal, Poster

AWAY = httpx2.ConnectError("refused")


class Intake:
    """Gives each key the answers it was made with, one after the other, and then accepts."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = answers
        self.keys: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        key = request.headers["idempotency-key"]
        self.keys.append(key)
        nth = self.keys.count(key) - 1
        if nth >= len(self._answers):
            return httpx2.Response(202, json={"referral_id": str(uuid4()), "edition": 2})
        answer = self._answers[nth]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def posted(intake: Intake, folder: Path, *, still_seconds: float = 60.0) -> Journal:
    """A journal of one referral."""

    async def bearer() -> Mapping[str, str]:
        return {"Authorization": "Bearer t"}

    journal, enough = Journal(folder / "journal.jsonl"), asyncio.Event()
    transport = httpx2.MockTransport(intake)
    poster = Poster("http://intake.example.org", bearer, [{}], journal, 50.0, transport=transport)
    posting = asyncio.create_task(poster.run(enough, still_seconds=still_seconds))
    while not journal.posted:  # noqa: ASYNC110  # it happens in the task
        await asyncio.sleep(0.001)
    enough.set()
    await posting
    journal.close()
    return journal


@pytest.mark.parametrize("status", [401, 408, 409, 425, 429, 500, 502, 503, 504])
async def test_what_may_be_sent_again_is_until_it_is_accepted(status: int, tmp_path: Path) -> None:
    intake = Intake(httpx2.Response(status), AWAY)

    journal = await posted(intake, tmp_path)

    assert journal.refused == []
    assert {answer.key for answer in journal.answers} == journal.posted == set(intake.keys)
    assert len(intake.keys) == 3 * len(journal.posted)


@pytest.mark.parametrize("status", [400, 403, 413, 422])
async def test_what_may_not_be_sent_again_is_refused_for_good(status: int, tmp_path: Path) -> None:
    intake = Intake(httpx2.Response(status))

    journal = await posted(intake, tmp_path)

    assert journal.refused == [f"{key}: {status}" for key in intake.keys]


async def test_a_client_that_nobody_answers_any_more_gives_up(tmp_path: Path) -> None:
    journal = await posted(Intake(*[AWAY] * 1000), tmp_path, still_seconds=0.1)

    assert {said.partition(": ")[2] for said in journal.refused} == {"never answered"}


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        (None, RETRY_SECONDS),
        ("0", RETRY_SECONDS),
        ("7", 7.0),
        ("86400", LONGEST_RETRY_SECONDS),
        ("Sun, 29 Nov 2026 10:00:00 GMT", RETRY_SECONDS),
        ("-1", RETRY_SECONDS),
    ],
)
def test_an_answer_may_ask_for_a_pause(asked: str | None, pause: float) -> None:
    assert Again.as_asked(asked).after_seconds == pause


async def test_the_pause_that_an_answer_asks_for_is_kept(tmp_path: Path) -> None:
    began = asyncio.get_running_loop().time()

    await posted(Intake(httpx2.Response(503, headers={"Retry-After": "2"})), tmp_path)

    assert asyncio.get_running_loop().time() - began >= 2.0
