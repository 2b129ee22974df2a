"""RFC 6962 / RFC 9162 Merkle trees: hashing, the shape of proofs, and their verification."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
LEAF_PREFIX: Final = b"\x00"  # keeps a leaf from ever being mistaken for a node (RFC 6962, 2.1)
NODE_PREFIX: Final = b"\x01"
EMPTY_ROOT: Final = sha256(b"").digest()


class VerificationError(Exception):
    """What was presented does not prove what it claims. The one error of every check in this log."""


class Span(NamedTuple):
    """The leaves ``start <= index < end``, meaning the Merkle tree hash over them."""

    start: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf."""
    return sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return sha256(NODE_PREFIX + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaves, or over perfect subtrees of one size with at most a smaller last one.

    Pairing neighbours and carrying an odd last one up unchanged is the RFC's definition: it splits at the
    largest power of two below the size, so the last one is only ever joined on the right.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = row[len(row) & ~1 :]
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(NODE_PREFIX + left + right).digest() for left, right in pairs]
        row += odd
    return row[0]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove that a leaf is in the tree, from the leaf up (RFC 9162, 2.1.3.1).

    Raises ``VerificationError`` for a leaf outside the tree.
    """
    if not 0 <= index < size:
        raise VerificationError("The leaf is not in a tree of this size")
    start, end = 0, size
    spans: list[Span] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old_size: int, new_size: int) -> list[Span]:
    """The subtrees whose hashes prove that a tree extends an older one (RFC 9162, 2.1.4.1).

    Nothing needs proving against an empty tree or an equal one, so both give an empty proof.
    Raises ``VerificationError`` when the older tree is the larger.
    """
    if not 0 <= old_size <= new_size:
        raise VerificationError("A tree cannot extend a larger one")
    if old_size in (0, new_size):
        return []
    start, end = 0, new_size
    spans: list[Span] = []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    if start > 0:  # otherwise the lowest subtree is the whole older tree, whose root is known already
        spans.append(Span(start, end))
    return spans[::-1]


def verify_inclusion(leaf: bytes, index: int, *, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with this hash stands at ``index`` in the tree of ``size`` leaves with this root.

    Raises ``VerificationError``. The length is checked before anything is hashed.
    """
    spans = inclusion_spans(index, size)
    _check_shape(proof, expected=len(spans))
    found = leaf
    for span, sibling in zip(spans, proof, strict=True):
        found = node_hash(found, sibling) if span.start > index else node_hash(sibling, found)
    if found != root:
        raise VerificationError(f"The inclusion proof leads to {found.hex()}, not to the root {root.hex()}")


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], *, proof: Sequence[bytes]) -> None:
    """Check that the ``new`` tree, as (size, root), only adds leaves to the ``old`` one.

    Raises ``VerificationError``. The length is checked before anything is hashed.
    """
    (old_size, old_root), (new_size, new_root) = old, new
    spans = consistency_spans(old_size, new_size)
    _check_shape(proof, expected=len(spans))
    if old_size == 0:
        _check_root("older", EMPTY_ROOT, old_root)
        return
    found_old, found_new = _rebuild_both(old_size, old_root, steps=list(zip(spans, proof, strict=True)))
    _check_root("older", found_old, old_root)
    _check_root("newer", found_new, new_root)


def _rebuild_both(old_size: int, old_root: bytes, *, steps: list[tuple[Span, bytes]]) -> tuple[bytes, bytes]:
    """Both roots by the same proof: a sibling right of the older tree's end belongs to the newer one only."""
    seed = old_root
    if steps and steps[0][0].end == old_size:
        (_, seed), *steps = steps
    found_old = found_new = seed
    for span, sibling in steps:
        if span.start >= old_size:
            found_new = node_hash(found_new, sibling)
        else:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
    return found_old, found_new


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_shape(proof: Sequence[bytes], *, expected: int) -> None:
    if len(proof) != expected:
        raise VerificationError(f"The proof has {len(proof)} hashes where {expected} are needed")
    if any(len(item) != HASH_BYTES for item in proof):
        raise VerificationError("The proof holds something that is not a SHA-256 hash")


def _check_root(which: str, found: bytes, expected: bytes) -> None:
    if found != expected:
        raise VerificationError(f"The proof leads to {found.hex()}, not to the {which} root {expected.hex()}")
