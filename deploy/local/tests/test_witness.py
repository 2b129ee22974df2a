"""The witness: it cosigns what extends the last it cosigned, and answers everything else as the format says."""

import asyncio
import base64
import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from local_stack.keys import Keys
from local_stack.ports import Ports
from local_stack.services import LOG_ORIGIN
from local_stack.waiting import until
from local_stack.witness.__main__ import main
from local_stack.witness.app import MAX_REQUEST_BYTES, Witness, create_app
from local_stack.witness.consistency import EMPTY_ROOT, extends
from local_stack.witness.memory import Memory, Seen, StateUnusable
from local_stack.witness.notes import LOG_SIGNATURE, Key, Malformed, parse_request
from local_stack.witness.part import WitnessPart

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ORIGIN = "log.example.org/one"
NAME = "witness.example.org/one"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
VERIFIER = Key.of(ORIGIN, LOG_SIGNATURE, LOG_KEY)
LEAVES = [str(number).encode() for number in range(300)]


@dataclass(frozen=True)
class FixedClock:
    def now(self) -> datetime:
        return NOW


# -- a log, written from RFC 6962, sections 2.1 and 2.1.2, as it is written there -------------------------------------


def root_of(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def proof_of(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    return subproof(m, leaves, whole=True) if m else []


def subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if whole else [root_of(leaves)]
    k = largest_power_below(n)
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), root_of(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), root_of(leaves[:k])]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def signature(text: str, name: str = ORIGIN, private: Ed25519PrivateKey = LOG_KEY) -> str:
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"\u2014 {name} {b64(key_id + private.sign(text.encode()))}\n"


def text_of(leaves: Sequence[bytes], origin: str = ORIGIN) -> str:
    return f"{origin}\n{len(leaves)}\n{b64(root_of(leaves))}\n"


def request(old: int, leaves: Sequence[bytes], proof: Sequence[bytes] | None = None, *, signed: str = "") -> bytes:
    text = text_of(leaves)
    lines = "".join(f"{b64(each)}\n" for each in (proof_of(old, leaves) if proof is None else proof))
    return f"old {old}\n{lines}\n{text}\n{signed or signature(text)}".encode()


# -- consistency ----------------------------------------------------------------------------------------------------


@given(st.data())
def test_every_proof_between_two_sizes_is_accepted_and_every_other_one_refused(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(0, new))
    proof = proof_of(old, LEAVES[:new])
    before, after = (old, root_of(LEAVES[:old])), (new, root_of(LEAVES[:new]))

    assert extends(before, after, proof)
    assert not extends(before, (new, b"\x00" * 32), proof) or old == 0
    assert not extends(before, after, [*proof, proof[-1] if proof else b"\x00" * 32])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not extends(before, after, proof[:at] + proof[at + 1 :])
        assert not extends(before, after, [*proof[:at], b"\x00" * 32, *proof[at + 1 :]])
        assert not extends((old, b"\x00" * 32), after, proof)
        assert not extends((old + 1, before[1]), after, proof)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 299))
def test_no_proof_leads_to_a_tree_that_changed_an_old_leaf(one: int, other: int, at: int) -> None:
    old, new = sorted((one, other))
    changed = list(LEAVES[:new])
    changed[at % old] = b"rewritten"

    assert not extends((old, root_of(LEAVES[:old])), (new, root_of(changed)), proof_of(old, changed))


def test_the_empty_tree_is_before_every_other_and_needs_no_proof() -> None:
    assert extends((0, EMPTY_ROOT), (7, root_of(LEAVES[:7])), [])
    assert not extends((0, EMPTY_ROOT), (7, root_of(LEAVES[:7])), [root_of(LEAVES[:7])])
    assert not extends((0, EMPTY_ROOT), (0, root_of(LEAVES[:7])), [])


def test_published_consistency_proofs_of_certificate_transparency_are_accepted() -> None:
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    proof = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]

    old, new = [(size, bytes.fromhex(root)) for size, root in roots.items()]
    assert extends(old, new, [bytes.fromhex(each) for each in proof])


# -- what is answered -----------------------------------------------------------------------------------------------


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


# -- what is remembered ---------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """A private key that looks into the memory, from outside, whenever it signs."""

    look: Callable[[], object]
    seen: list[object] = field(default_factory=list)

    def sign(self, data: bytes) -> bytes:
        self.seen.append(self.look())
        return WITNESS_KEY.sign(data)

    def public_key(self) -> Ed25519PublicKey:
        return WITNESS_KEY.public_key()

    def witness(self) -> Witness:
        return Witness(NAME, cast(Ed25519PrivateKey, self), {ORIGIN: (VERIFIER,)})


def test_a_checkpoint_is_on_the_disk_before_it_is_signed(tmp_path: Path) -> None:
    def copied() -> object:
        copy = tmp_path / "copy"
        copy.write_bytes((tmp_path / "state").read_bytes())  # what a crash now would leave
        with sqlite3.connect(copy) as database:
            return database.execute("SELECT size FROM log").fetchone()

    memory, key = Memory(tmp_path / "state"), Watched(copied)

    key.witness().add_checkpoint(request(0, LEAVES[:3]), memory=memory, clock=FixedClock())

    assert key.seen == [(3,)]
    memory.close()


def test_a_memory_that_cannot_be_written_signs_nothing(tmp_path: Path) -> None:
    key = Watched(lambda: None)
    memory = Memory(tmp_path / "state")
    memory.close()

    with pytest.raises(sqlite3.Error):
        key.witness().add_checkpoint(request(0, LEAVES[:3]), memory=memory, clock=FixedClock())

    assert key.seen == []


def test_what_was_checked_against_another_tree_is_not_remembered(tmp_path: Path) -> None:
    memory, empty, five = Memory(tmp_path / "state"), Seen(0, EMPTY_ROOT), Seen(5, b"5" * 32)
    memory.move(ORIGIN, old=empty, new=five)

    moved = memory.move(ORIGIN, old=empty, new=Seen(3, b"3" * 32))

    assert not moved
    assert memory.find(ORIGIN) == five
    memory.close()


def test_one_memory_has_one_witness(tmp_path: Path) -> None:
    first = Memory(tmp_path / "state")

    with pytest.raises(StateUnusable):
        Memory(tmp_path / "state")

    first.close()
    Memory(tmp_path / "state").close()


# -- the process ----------------------------------------------------------------------------------------------------


def run(part: WitnessPart) -> None:
    part.start()
    until("the witness", part.ready, timeout_seconds=60, still_possible=part.alive)


def test_a_witness_that_is_killed_remembers_all_that_it_signed(tmp_path: Path) -> None:
    ports, keys = Ports(), Keys(tmp_path)
    part = WitnessPart(tmp_path, ports.take(), keys)
    log = _StackLog(keys)
    run(part)
    first = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(0, 5), trust_env=False)

    part.child.stop(by=signal.SIGKILL)
    run(part)

    again = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(0, 9), trust_env=False)
    after = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(5, 9), trust_env=False)
    shown = httpx2.get(f"{part.address}/key", trust_env=False).text
    part.stop()
    ports.release()
    assert (first.status_code, again.status_code, again.text, after.status_code) == (200, 409, "5\n", 200)
    assert shown == f"{part.addresses()['witness_key']}\n"


class _StackLog:
    """The log that the stack's own keys sign for."""

    def __init__(self, keys: Keys) -> None:
        private = load_pem_private_key(keys.signing_key_file("log").read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        self._private = private

    def request(self, old: int, new: int) -> bytes:
        text = text_of(LEAVES[:new], LOG_ORIGIN)
        lines = "".join(f"{b64(each)}\n" for each in proof_of(old, LEAVES[:new]))
        signed = signature(text, LOG_ORIGIN, self._private)
        return f"old {old}\n{lines}\n{text}\n{signed}".encode()


def test_it_starts_on_its_own_from_the_command_line_and_says_its_key(tmp_path: Path) -> None:
    file = Keys(tmp_path).signing_key_file("witness")

    done = subprocess.run(
        [sys.executable, "-m", "local_stack.witness", "key", "--name", NAME, "--key", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NAME}+")


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"--log": "log.example.org/one+00000000+AAAA"}, "a log's key is written name+hash+base64"),
        ({"--log": "nonsense"}, "a log's key is written name+hash+base64"),
        ({"--name": "with space"}, "a name has no spaces"),
        ({"--key": "/nonexistent"}, "No such file"),
        ({"--state": "."}, "cannot be used"),
    ],
)
def test_what_cannot_be_used_ends_the_start_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], advice: str
) -> None:
    file = Keys(tmp_path).signing_key_file("witness")
    given = {"--name": NAME, "--key": str(file), "--log": str(VERIFIER), "--state": str(tmp_path / "s"), "--port": "1"}

    code = main(["serve", *(each for pair in (given | change).items() for each in pair)])

    refused = capsys.readouterr().err
    assert (code, refused.count("\n")) == (2, 1)
    assert advice in refused
