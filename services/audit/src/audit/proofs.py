"""Proofs out of stored tiles: which to fetch, and what to hash of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit import store
from audit.errors import NotInLog
from audit.merkle import Span, consistency_spans, inclusion_spans
from audit.tree import span_hash, tiles_needed
from chassis.db import Transaction


@dataclass(frozen=True)
class Proof:
    """The hashes that lead from what is to be proven to the root."""

    hashes: list[bytes]
    root: bytes


async def prove_inclusion(tx: Transaction, index: int, *, size: int) -> Proof:
    """That the leaf at ``index`` is in the signed tree of ``size`` leaves. Raises ``NotInLog`` where it is not."""
    if index >= size:
        raise NotInLog("The log has not signed this many entries yet")
    *hashes, root = await _hashes(tx, [*inclusion_spans(index, size), Span(0, size)])
    return Proof(hashes, root)


async def prove_each(tx: Transaction, indexes: Sequence[int], *, size: int) -> list[list[bytes]]:
    """For each leaf the hashes that lead to the root of the tree of ``size`` leaves, which MUST hold all of them."""
    spans = [inclusion_spans(index, size) for index in indexes]
    tiles = await store.read_tiles(tx, tiles_needed(span for each in spans for span in each))
    return [[span_hash(span, tiles) for span in each] for each in spans]


async def prove_consistency(tx: Transaction, old_size: int, new_size: int) -> tuple[bytes, Proof]:
    """The older root, and the proof that the newer tree extends it. ``old_size`` MUST NOT be the larger."""
    *hashes, old_root, root = await _hashes(
        tx, [*consistency_spans(old_size, new_size), Span(0, old_size), Span(0, new_size)]
    )
    return old_root, Proof(hashes, root)


async def _hashes(tx: Transaction, spans: list[Span]) -> list[bytes]:
    tiles = await store.read_tiles(tx, tiles_needed(spans))
    return [span_hash(span, tiles) for span in spans]
