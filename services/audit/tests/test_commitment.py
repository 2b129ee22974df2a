"""The exact bytes of a leaf, and that it opens with its own salt and entry and with nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.commitment import Opening, check_leaves, check_opening, commit
from audit.merkle import VerificationError

salts = st.binary(min_size=32, max_size=32)


def test_a_leaf_has_the_documented_bytes() -> None:
    salt, entry = bytes(range(32)), b'{"type":"referral.received.v1"}'

    leaf = commit(Opening(salt, entry))

    assert leaf == b"\x01" + sha256(b"frontdoor-log-entry/1\n" + salt + entry).digest()
    assert leaf.hex() == "01ea31be0773d6e69e7643f10ddf1b40d353dc5ec709051d821c12d1d57d0f8881"


@given(salts, st.binary(max_size=300))
def test_every_leaf_has_the_same_length_and_opens(salt: bytes, entry: bytes) -> None:
    leaf = commit(Opening(salt, entry))

    assert len(leaf) == 33
    check_opening(leaf, Opening(salt, entry), index=0)


@given(salts, salts, st.binary(max_size=50), st.binary(max_size=50))
def test_it_opens_with_nothing_else(salt: bytes, other_salt: bytes, entry: bytes, other: bytes) -> None:
    leaf = commit(Opening(salt, entry))

    if (salt, entry) != (other_salt, other):
        with pytest.raises(VerificationError, match="Entry 7 with its salt"):
            check_opening(leaf, Opening(other_salt, other), index=7)


@given(salts, st.binary(min_size=1, max_size=50))
def test_bytes_cannot_move_from_the_salt_to_the_entry(salt: bytes, entry: bytes) -> None:
    leaf = commit(Opening(salt, entry))

    for moved in (Opening(salt[:-1], salt[-1:] + entry), Opening(salt + entry[:1], entry[1:])):
        with pytest.raises(VerificationError):
            check_opening(leaf, moved, index=0)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_commits_to_nothing(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(Opening(b"x" * length, b"entry"))


def test_leaves_are_named_by_their_place() -> None:
    good = commit(Opening(bytes(32), b""))

    check_leaves(5, [good, good])
    with pytest.raises(VerificationError, match="Leaf 6 is not"):
        check_leaves(5, [good, b"\x02" + good[1:]])
