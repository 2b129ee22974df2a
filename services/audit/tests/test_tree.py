"""The tree kept as tiles gives the same roots and proofs as all its leaves together."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.merkle import EMPTY_ROOT, Span, consistency_spans, inclusion_spans, leaf_hash, root_of
from audit.tiles import TILE_WIDTH, level_count
from audit.tree import Edge, grow, read_edge, rows_of, span_hash, tiles_needed

LEAVES = [leaf_hash(index.to_bytes(4, "big")) for index in range(70_000)]
batches = st.lists(st.integers(0, 700), max_size=6)


def stored(sizes: list[int]) -> tuple[Edge, dict[tuple[int, int], bytes]]:
    """A tree grown batch by batch, and the tiles a store would hold then."""
    edge, tiles = Edge(), {}
    for size in sizes:
        edge, grown = grow(edge, LEAVES[edge.size : edge.size + size])
        tiles.update({(tile.level, tile.index): tile.hashes for tile in grown})
    return edge, tiles


@given(batches)
def test_a_tree_grown_in_batches_has_the_root_of_its_leaves(sizes: list[int]) -> None:
    edge, tiles = stored(sizes)

    assert edge.size == sum(sizes)
    assert edge.root == root_of(LEAVES[: edge.size])
    assert read_edge(edge.size, tiles) == edge


@given(batches)
def test_the_stored_tiles_are_those_of_a_tree_grown_at_once(sizes: list[int]) -> None:
    _, tiles = stored(sizes)

    assert tiles == stored([sum(sizes)])[1]


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 70_000))
def test_the_widths_of_an_edge_are_those_the_specification_gives(size: int) -> None:
    edge, _ = grow(Edge(), LEAVES[:size])

    assert [len(row) for row in edge.rows] == [(size >> (8 * n)) % TILE_WIDTH for n in range(level_count(size))]


@given(st.integers(1, 2_000), st.data())
def test_proofs_are_read_from_tiles_even_when_the_tree_has_grown_since(size: int, data: st.DataObject) -> None:
    _, tiles = stored([size, data.draw(st.integers(0, 700))])
    index, old_size = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))

    for span in (*inclusion_spans(index, size), *consistency_spans(old_size, size), Span(0, size)):
        assert span_hash(span, tiles) == root_of(LEAVES[span.start : span.end])


def test_every_row_of_a_proof_lies_inside_one_tile() -> None:
    chosen = random.Random(1)
    for _ in range(3_000):
        size = chosen.randint(1, 1 << 40)
        for span in inclusion_spans(chosen.randrange(size), size):
            for row in rows_of(span):
                assert row.start // TILE_WIDTH == (row.start + row.count - 1) // TILE_WIDTH


def test_a_proof_in_a_tree_of_a_million_needs_few_tiles() -> None:
    assert len(tiles_needed(inclusion_spans(123_456, 1_000_000))) <= 6
    assert len(tiles_needed(consistency_spans(123_456, 1_000_000))) <= 6


def test_a_tile_narrower_than_the_tree_needs_counts_as_missing() -> None:
    _, tiles = stored([10])

    with pytest.raises(KeyError):
        span_hash(Span(0, 11), tiles)


def test_an_empty_tree_has_no_tiles() -> None:
    edge, tiles = stored([])

    assert (edge.root, tiles) == (EMPTY_ROOT, {})
    assert span_hash(Span(0, 0), {}) == EMPTY_ROOT
