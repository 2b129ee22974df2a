"""The witness: it cosigns what extends the last it cosigned, and answers everything else as the format says."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from witnessed_log import (
    LEAVES,
    NAME,
    NOW,
    ORIGIN,
    VERIFIER,
    WITNESS_KEY,
    FixedClock,
    b64,
    request,
    root_of,
    signature,
    text_of,
)

from local_stack.witness.app import MAX_REQUEST_BYTES, Witness, create_app
from local_stack.witness.memory import Memory, Seen
from local_stack.witness.notes import Malformed, parse_request

# -- what is cosigned, and what is not --------------------------------------------------------------------------------


@dataclass
class Running:
    http: httpx2.AsyncClient
    memory: Memory

    async def add(self, body: bytes) -> httpx2.Response:
        return await self.http.post("/add-checkpoint", content=body)


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Running]:
    memory = Memory(tmp_path / "state")
    app = create_app(Witness(NAME, WITNESS_KEY, {ORIGIN: (VERIFIER,)}), memory, FixedClock())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://witness") as http:
        yield Running(http, memory)
    memory.close()


def check_cosignature(line: str, text: str) -> None:
    """By the format's own text: dash, name, base64 of key id, time and signature."""
    dash, name, encoded = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    public = WITNESS_KEY.public_key().public_bytes_raw()
    time = int(NOW.timestamp())
    assert (dash, name) == ("\u2014", NAME)
    assert raw[:4] == hashlib.sha256(NAME.encode() + b"\n\x04" + public).digest()[:4]
    assert raw[4:12] == time.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], message)


async def test_the_first_checkpoint_and_each_that_extends_it_is_cosigned(witness: Running) -> None:
    for old, new in ((0, 0), (0, 3), (3, 3), (3, 200), (200, 300)):
        answer = await witness.add(request(old, LEAVES[:new]))

        assert answer.status_code == 200, answer.text
        check_cosignature(answer.text, text_of(LEAVES[:new]))
        assert witness.memory.find(ORIGIN) == Seen(new, root_of(LEAVES[:new]))


async def test_another_old_size_is_a_conflict_that_says_the_right_one(witness: Running) -> None:
    await witness.add(request(0, LEAVES[:5]))

    for old in (0, 4, 6):
        answer = await witness.add(request(old, LEAVES[:7]))
        assert (answer.status_code, answer.text) == (409, "5\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"


async def test_a_fork_and_a_rollback_are_refused_and_nothing_is_forgotten(witness: Running) -> None:
    fork = [*LEAVES[:4], b"rewritten", *LEAVES[5:9]]
    await witness.add(request(0, LEAVES[:7]))

    answers = [
        await witness.add(request(7, fork)),  # a longer history that is another one
        await witness.add(request(7, fork[:7])),  # another history of the same size
        await witness.add(request(7, LEAVES[:7], [root_of(LEAVES[:7])])),  # the same, with a proof that is none
        await witness.add(request(4, LEAVES[:5])),  # a history that is shorter again
        await witness.add(request(7, LEAVES[:5], [])),
        await witness.add(request(0, fork)),  # as if nothing had been
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 409, 400, 409]
    assert witness.memory.find(ORIGIN) == Seen(7, root_of(LEAVES[:7]))


async def test_a_log_that_is_not_known_is_not_found(witness: Running) -> None:
    text = text_of(LEAVES[:3], "log.example.org/other")

    answer = await witness.add(f"old 0\n\n{text}\n{signature(text, 'log.example.org/other')}".encode())

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "lines",
    [
        signature("other\n"),  # ours, of another text
        signature(text_of(LEAVES[:3]), private=WITNESS_KEY),  # a stranger's key under our name
        signature(text_of(LEAVES[:3]), "log.example.org/other"),  # our key under another name
        signature(text_of(LEAVES[:3])) + signature("other\n"),  # one right, one wrong
    ],
)
async def test_a_signature_that_is_missing_or_wrong_is_forbidden(witness: Running, lines: str) -> None:
    answer = await witness.add(request(0, LEAVES[:3], signed=lines))

    assert answer.status_code == 403
    assert witness.memory.find(ORIGIN) is None


async def test_signatures_of_others_beside_the_logs_are_ignored(witness: Running) -> None:
    text = text_of(LEAVES[:3])
    lines = signature("other\n", "somebody.example.org", WITNESS_KEY) + signature(text)

    answer = await witness.add(request(0, LEAVES[:3], signed=lines))

    assert answer.status_code == 200


async def test_monitors_see_the_last_cosigned_checkpoint_with_both_signatures(witness: Running) -> None:
    path = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    before = await witness.http.get(path)
    stranger = signature("other\n", "somebody.example.org", WITNESS_KEY)
    answer = await witness.add(request(0, LEAVES[:3], signed=stranger + signature(TEXT)))

    after, unknown = await witness.http.get(path), await witness.http.get(f"/{'0' * 64}/checkpoint")

    assert (before.status_code, unknown.status_code) == (404, 404)
    assert after.text == f"{TEXT}\n{signature(TEXT)}{answer.text}"


async def test_of_many_at_once_each_answer_is_the_truth_at_its_moment(witness: Running) -> None:
    await witness.add(request(0, LEAVES[:100]))
    bodies = [request(100, LEAVES[:size]) for size in range(101, 161)]

    answers = await asyncio.gather(*(witness.add(body) for body in bodies))

    accepted = [size for size, answer in enumerate(answers, 101) if answer.status_code == 200]
    assert len(accepted) == 1
    assert {answer.text for answer in answers if answer.status_code == 409} == {f"{accepted[0]}\n"}
    assert witness.memory.find(ORIGIN) == Seen(accepted[0], root_of(LEAVES[: accepted[0]]))


# -- how it is asked --------------------------------------------------------------------------------------------------


GOOD = request(0, LEAVES[:3]).decode()
TEXT = text_of(LEAVES[:3])


def resigned(text: str) -> str:
    return f"old 0\n\n{text}\n{signature(text)}"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n\n",
        "old 0\n\n",
        GOOD.removeprefix("old 0\n"),
        GOOD.replace("old 0", "old 00"),
        GOOD.replace("old 0", "old -1"),
        GOOD.replace("old 0", "old 0 "),
        GOOD.replace("old 0", "old  0"),
        GOOD.replace("old 0", "old \u0660"),
        GOOD.replace("old 0", f"old {2**63}"),
        GOOD.replace("old 0\n", "old 0\r\n"),
        GOOD.replace("old 0\n", "old 0\nAAAA\n"),
        GOOD.replace("old 0\n", "old 0\n?\n"),
        GOOD.replace("old 0\n", "old 0\n" + f"{b64(bytes(32))}\n" * 64),
        GOOD.replace("\u2014 ", "- "),
        GOOD[:-1],
        GOOD + "more\n",
        resigned(f"{ORIGIN}\n3\n"),
        resigned(f"{ORIGIN}\n03\n{b64(bytes(32))}\n"),
        resigned(f"{ORIGIN}\n3\n{b64(bytes(31))}\n"),
        resigned(f"{ORIGIN}\n3\n{b64(bytes(32))}\n\nextension\n"),
        resigned(f"{ORIGIN}\n{2**63}\n{b64(bytes(32))}\n"),
        "x" * (MAX_REQUEST_BYTES + 1),
    ],
)
async def test_what_is_malformed_is_a_bad_request(witness: Running, body: str) -> None:
    answer = await witness.add(body.encode())

    assert answer.status_code == 400, answer.text
    assert witness.memory.find(ORIGIN) is None


@given(st.binary(max_size=400))
def test_no_bytes_whatever_are_another_error_than_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_request(b"\xff" + body if b"old" in body else body)


async def test_an_extension_line_is_part_of_what_is_cosigned(witness: Running) -> None:
    text = f"{TEXT}extension\n"

    answer = await witness.add(resigned(text).encode())

    check_cosignature(answer.text, text)
