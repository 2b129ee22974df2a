"""What the witness remembers: each checkpoint before it is signed, for one witness, and only what was checked."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from witnessed_log import LEAVES, NAME, ORIGIN, VERIFIER, WITNESS_KEY, FixedClock, request

from local_stack.witness.app import Witness
from local_stack.witness.consistency import EMPTY_ROOT
from local_stack.witness.memory import Memory, Seen, StateUnusable


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
