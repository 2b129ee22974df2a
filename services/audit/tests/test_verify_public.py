"""The public strength: proves a good tree, and finds every way of altering one."""

import json
import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import Checkpoint, CheckpointSigner, open_checkpoint
from audit.commitment import Opening, commit
from audit.merkle import VerificationError
from audit.tiles import decode_bundle, encode_bundle, names_at
from audit.verify.public import PublicReport, Trusted, verify_public

SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 700]
Log = Any  # the public copy that the fixtures make


def leaves_of(log: Log, size: int) -> list[bytes]:
    bundles = [decode_bundle(log.files[name.path], count=name.width) for name in names_at(None, size)]
    return [leaf for bundle in bundles for leaf in bundle]


def put_leaves(log: Log, leaves: Sequence[bytes]) -> None:
    """Replace the leaves, and nothing else: a forger without the signing key."""
    for path in [path for path in log.files if path.startswith("tile/entries")]:
        del log.files[path]
    for name in names_at(None, len(leaves)):
        first = name.index * 256
        log.files[name.path] = encode_bundle(leaves[first : first + name.width])


def check(log: Log, *, older: Checkpoint | None = None) -> PublicReport:
    return verify_public(log, Trusted(log.key, older))


@pytest.mark.parametrize("size", SIZES)
def test_a_good_log_is_verified(log_of: Callable[[int], Log], size: int) -> None:
    log = log_of(size)

    report = check(log)

    assert report.size == size
    assert report.origin == "frontdoor.example.org/audit"


@pytest.mark.parametrize("size", SIZES)
def test_a_later_log_extends_every_earlier_checkpoint(log_of: Callable[[int], Log], size: int) -> None:
    older = log_of(size)
    newer = log_of(700)
    saved = open_checkpoint(older.files["checkpoint"], older.key)

    report = check(newer, older=saved)

    assert report.extends_size == size


def test_a_log_that_shrank_is_found(log_of: Callable[[int], Log]) -> None:
    before, after = log_of(700), log_of(699)
    saved = open_checkpoint(before.files["checkpoint"], before.key)

    with pytest.raises(VerificationError, match="shrank"):
        check(after, older=saved)


@pytest.mark.parametrize("size", [1, 255, 256, 300, 700])
def test_a_fork_is_found_with_an_older_checkpoint(
    log_of: Callable[[int], Log], sign_leaves: Callable[[Sequence[bytes]], Log], size: int
) -> None:
    honest = log_of(size)
    saved = open_checkpoint(honest.files["checkpoint"], honest.key)
    leaves = leaves_of(log_of(700), 700)
    leaves[0] = leaves[0][:-1] + bytes([leaves[0][-1] ^ 1])
    fork = sign_leaves(leaves)

    check(fork)  # good in itself: only the older checkpoint gives it away

    with pytest.raises(VerificationError, match="rewritten"):
        check(fork, older=saved)


def edit(leaves: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(leaves))
    changed = bytearray(leaves[at])
    changed[chosen.randrange(len(changed))] ^= 1 << chosen.randrange(8)
    return [*leaves[:at], bytes(changed), *leaves[at + 1 :]]


def delete(leaves: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(leaves))
    return [*leaves[:at], *leaves[at + 1 :]]


def insert(leaves: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(leaves) + 1)
    return [*leaves[:at], chosen.choice(leaves), *leaves[at:]]


def swap(leaves: list[bytes], chosen: random.Random) -> list[bytes]:
    one, other = chosen.sample(range(len(leaves)), 2)
    swapped = list(leaves)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    return swapped


def truncate(leaves: list[bytes], chosen: random.Random) -> list[bytes]:
    return leaves[: chosen.randrange(len(leaves))]


@pytest.mark.parametrize("tamper", [edit, delete, insert, swap, truncate])
@pytest.mark.parametrize("seed", range(20))
def test_leaves_altered_without_the_key_are_found(
    log_of: Callable[[int], Log], tamper: Callable[[list[bytes], random.Random], list[bytes]], seed: int
) -> None:
    log = log_of(600)
    put_leaves(log, tamper(leaves_of(log, 600), random.Random(seed)))

    with pytest.raises(VerificationError):
        check(log)


def test_every_single_file_matters(log_of: Callable[[int], Log]) -> None:
    good = log_of(600)
    for path in [path for path in good.files if path != "key" and not path.startswith("v1/")]:
        for change in (None, b"", good.files[path][:-1], good.files[path] + b"\n", flipped(good.files[path])):
            log = log_of(600)
            if change is None:
                del log.files[path]
            else:
                log.files[path] = change

            with pytest.raises(Exception, match=r".") as found:
                verify_public(log, Trusted(good.key))

            assert type(found.value).__name__ in {"VerificationError", "Missing", "Unreachable"}, path


def flipped(data: bytes) -> bytes:
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def test_a_checkpoint_by_another_key_is_found(log_of: Callable[[int], Log]) -> None:
    log = log_of(3)
    forger = CheckpointSigner(log.key.name, Ed25519PrivateKey.generate())
    root = open_checkpoint(log.files["checkpoint"], log.key).root
    log.files["checkpoint"] = forger.sign(3, root).encode()

    with pytest.raises(VerificationError):
        check(log)


@pytest.mark.parametrize(
    "leaf", [b"", b"\x01" * 32, b"\x01" * 34, b"\x02" + b"x" * 32, b'{"type":"referral.received.v1","agency":"x"}']
)
def test_a_leaf_that_holds_anything_but_a_commitment_is_found(
    sign_leaves: Callable[[Sequence[bytes]], Log], leaf: bytes
) -> None:
    log = sign_leaves([b"\x01" + b"x" * 32, leaf])

    with pytest.raises(VerificationError, match="Leaf 1 is not a commitment"):
        check(log)


FORMER = CheckpointSigner("frontdoor.example.org/before", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
OTHER_KEY = CheckpointSigner("frontdoor.example.org/before", Ed25519PrivateKey.generate())
NOTE = FORMER.sign(3, b"r" * 32)


def continuing(sign_leaves: Callable[[Sequence[bytes]], Log], entry: object) -> Log:
    """A log that names another before it, signed by the same key unless the entry says otherwise."""
    opening = Opening(b"s" * 32, json.dumps(entry).encode())
    log = sign_leaves([commit(opening), b"\x01" + b"x" * 32])
    said = {"salt": b64encode(opening.salt).decode(), "entry": opening.entry.decode()}
    log.files["predecessor"] = json.dumps(said).encode()
    return log


def test_the_log_before_this_one_is_named_by_what_it_signed(sign_leaves: Callable[[Sequence[bytes]], Log]) -> None:
    log = continuing(sign_leaves, {"type": "log.continued.v1", "data": {"checkpoint": NOTE}})

    report = check(log)

    assert str(report.former) == "frontdoor.example.org/before at 3"


def test_the_former_log_may_have_had_a_key_of_its_own(sign_leaves: Callable[[Sequence[bytes]], Log]) -> None:
    note = OTHER_KEY.sign(3, b"r" * 32)
    log = continuing(sign_leaves, {"type": "log.continued.v1", "data": {"checkpoint": note}})

    report = verify_public(log, Trusted(log.key, former_key=OTHER_KEY.verifier_key))

    assert report.former is not None
    with pytest.raises(VerificationError, match="not signed by the key frontdoor"):
        check(log)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "log.continued.v1", "data": {"checkpoint": NOTE.replace("\n3\n", "\n4\n")}},
        {"type": "log.continued.v1", "data": {}},
        {"type": "case.opened.v1", "data": {"checkpoint": NOTE}},
        [],
    ],
)
def test_a_former_log_that_never_signed_this_is_found(
    sign_leaves: Callable[[Sequence[bytes]], Log], entry: object
) -> None:
    log = continuing(sign_leaves, entry)

    with pytest.raises(VerificationError):
        check(log)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"salt":"*","entry":"x"}', b'{"salt":"eHg=","entry":"x"}'])
def test_what_is_said_of_a_former_log_must_open_the_first_leaf(
    sign_leaves: Callable[[Sequence[bytes]], Log], said: bytes
) -> None:
    log = continuing(sign_leaves, {"type": "log.continued.v1", "data": {"checkpoint": NOTE}})
    log.files["predecessor"] = said

    with pytest.raises(VerificationError):
        check(log)
