"""Tile names, paths and bundles as C2SP tlog-tiles defines them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import VerificationError
from audit.tiles import TileName, decode_bundle, encode_bundle, find_name, level_count, names_at, split_hashes

names = st.builds(TileName, st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "tile/0/000"),
        (TileName(0, 1234067), "tile/0/x001/x234/067"),
        (TileName(1, 999, 1), "tile/1/999.p/1"),
        (TileName(63, 1000, 255), "tile/63/x001/000.p/255"),
        (TileName(None, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_a_name_has_the_specified_path(name: TileName, path: str) -> None:
    assert name.path == path


@given(names)
def test_every_path_is_read_back(name: TileName) -> None:
    assert find_name(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/data/000",
        "tile/0/000/",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        "../tile/0/000",
        "",
    ],
)
def test_every_other_spelling_names_nothing(path: str) -> None:
    assert find_name(path) is None


def test_a_tree_of_70000_has_the_tiles_of_the_specifications_example() -> None:
    levels = [list(names_at(level, 70_000)) for level in range(level_count(70_000))]

    assert [len(level) for level in levels] == [274, 2, 1]
    assert [level[-1].width for level in levels] == [112, 17, 1]


def test_a_tree_of_256_has_one_full_tile_and_a_partial_one_above() -> None:
    assert [list(names_at(level, 256)) for level in range(2)] == [[TileName(0, 0)], [TileName(1, 0, 1)]]
    assert level_count(256) == 2


@given(st.integers(0, 200_000))
def test_the_names_of_a_tree_are_exactly_those_within_it(size: int) -> None:
    for level in (None, *range(level_count(size) + 1)):
        listed = list(names_at(level, size))
        beyond = TileName(level, len(listed), 1)

        assert all(name.is_within(size) for name in listed)
        assert not beyond.is_within(size)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), count=len(entries)) == entries


def test_an_entry_of_the_largest_size_fits_and_one_byte_more_does_not() -> None:
    assert decode_bundle(encode_bundle([b"x" * 65_535]), count=1) == [b"x" * 65_535]
    with pytest.raises(OverflowError):
        encode_bundle([b"x" * 65_536])


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=9), st.data())
def test_a_bundle_that_was_cut_or_lengthened_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    bundle = encode_bundle(entries)
    cut = data.draw(st.integers(0, len(bundle) - 1))

    with pytest.raises(VerificationError):
        decode_bundle(bundle[:cut], count=len(entries))
    with pytest.raises(VerificationError):
        decode_bundle(bundle + b"x", count=len(entries))
    with pytest.raises(VerificationError):
        decode_bundle(bundle, count=len(entries) + 1)


def test_a_tile_that_is_not_whole_hashes_is_refused() -> None:
    assert split_hashes(b"a" * 32 + b"b" * 32) == [b"a" * 32, b"b" * 32]
    with pytest.raises(VerificationError):
        split_hashes(b"a" * 33)
