"""The tree against the published RFC 6962 vectors and against the RFC's own recursive definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import (
    EMPTY_ROOT,
    VerificationError,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The Certificate Transparency reference leaves, and the roots of their first 1 to 8.
CT_ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_LEAVES = [leaf_hash(entry) for entry in CT_ENTRIES]

sizes = st.integers(1, 300)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_inclusion(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_inclusion(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_consistency(old_size: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162, 2.1.4.1, word for word."""
    if old_size == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old_size <= split:
        return [*naive_consistency(old_size, leaves[:split], whole=whole), naive_root(leaves[split:])]
    return [*naive_consistency(old_size - split, leaves[split:], whole=False), naive_root(leaves[:split])]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(index.to_bytes(4, "big")) for index in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    root = root_of(CT_LEAVES[:size])

    assert root.hex() == CT_ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    root = root_of([])

    assert root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("index", "size", "published"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_the_published_inclusion_proofs_verify(index: int, size: int, published: list[str]) -> None:
    proof = [bytes.fromhex(text) for text in published]

    verify_inclusion(
        CT_LEAVES[index], index, size=size, proof=proof, root=bytes.fromhex(CT_ROOTS[size - 1])
    )  # raises when it does not

    assert proof == naive_inclusion(index, CT_LEAVES[:size])


@pytest.mark.parametrize(
    ("old_size", "new_size", "published"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_published_consistency_proofs_verify(old_size: int, new_size: int, published: list[str]) -> None:
    proof = [bytes.fromhex(text) for text in published]
    old = (old_size, bytes.fromhex(CT_ROOTS[old_size - 1]))
    new = (new_size, bytes.fromhex(CT_ROOTS[new_size - 1]))

    verify_consistency(old, new, proof=proof)  # raises when it does not

    assert proof == naive_consistency(old_size, CT_LEAVES[:new_size])


@given(st.integers(0, 600))
def test_the_root_is_the_recursive_definition(size: int) -> None:
    leaves = leaves_of(size)

    assert root_of(leaves) == naive_root(leaves)


@given(st.data(), sizes)
def test_inclusion_spans_are_the_recursive_definition(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))

    proof = [naive_root(leaves[start:end]) for start, end in inclusion_spans(index, size)]

    assert proof == naive_inclusion(index, leaves)
    verify_inclusion(leaves[index], index, size=size, proof=proof, root=naive_root(leaves))


@given(st.data(), sizes)
def test_consistency_spans_are_the_recursive_definition(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size))

    proof = [naive_root(leaves[start:end]) for start, end in consistency_spans(old_size, size)]

    assert proof == naive_consistency(old_size, leaves)
    verify_consistency((old_size, naive_root(leaves[:old_size])), (size, naive_root(leaves)), proof=proof)


@given(st.data(), sizes)
def test_an_inclusion_proof_with_anything_changed_is_refused(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = naive_inclusion(index, leaves)
    forged = data.draw(st.sampled_from([leaf_hash(b"x"), *leaves[:index], *leaves[index + 1 :]]))

    with pytest.raises(VerificationError):
        verify_inclusion(forged, index, size=size, proof=proof, root=naive_root(leaves))
    for at in range(len(proof)):
        changed = [*proof[:at], leaf_hash(b"x"), *proof[at + 1 :]]
        with pytest.raises(VerificationError):
            verify_inclusion(leaves[index], index, size=size, proof=changed, root=naive_root(leaves))


@given(st.data(), st.integers(2, 300))
def test_a_consistency_proof_with_anything_changed_is_refused(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size - 1))
    old, new = (old_size, naive_root(leaves[:old_size])), (size, naive_root(leaves))
    proof = naive_consistency(old_size, leaves)

    with pytest.raises(VerificationError):
        verify_consistency((old_size, leaf_hash(b"x")), new, proof=proof)
    with pytest.raises(VerificationError):
        verify_consistency(old, (size, leaf_hash(b"x")), proof=proof)
    for at in range(len(proof)):
        changed = [*proof[:at], leaf_hash(b"x"), *proof[at + 1 :]]
        with pytest.raises(VerificationError):
            verify_consistency(old, new, proof=changed)


@given(st.data(), st.integers(2, 300))
def test_a_consistency_proof_does_not_fit_a_tree_of_another_size(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size + 1)
    old_size = data.draw(st.integers(1, size - 1))
    proof = naive_consistency(old_size, leaves[:size])

    with pytest.raises(VerificationError):
        verify_consistency(
            (old_size, naive_root(leaves[:old_size])), (size + 1, naive_root(leaves[: size + 1])), proof=proof
        )


@pytest.mark.parametrize(
    "change", [lambda proof: proof[:-1], lambda proof: [*proof, proof[0]], lambda _: [b"short"] * 3]
)
def test_a_proof_of_the_wrong_shape_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    proof = naive_inclusion(3, CT_LEAVES)

    with pytest.raises(VerificationError, match=r"hashes|not a SHA-256"):
        verify_inclusion(CT_LEAVES[3], 3, size=8, proof=change(proof), root=bytes.fromhex(CT_ROOTS[7]))


def test_a_leaf_outside_the_tree_is_refused() -> None:
    with pytest.raises(VerificationError):
        inclusion_spans(8, 8)


def test_a_tree_cannot_extend_a_larger_one() -> None:
    with pytest.raises(VerificationError):
        verify_consistency((8, CT_LEAVES[0]), (7, CT_LEAVES[0]), proof=[])


def test_only_the_empty_root_is_consistent_with_an_older_empty_tree() -> None:
    verify_consistency((0, EMPTY_ROOT), (8, bytes.fromhex(CT_ROOTS[7])), proof=[])

    with pytest.raises(VerificationError):
        verify_consistency((0, CT_LEAVES[0]), (8, bytes.fromhex(CT_ROOTS[7])), proof=[])


def test_two_trees_of_one_size_are_consistent_only_when_equal() -> None:
    verify_consistency((8, bytes.fromhex(CT_ROOTS[7])), (8, bytes.fromhex(CT_ROOTS[7])), proof=[])

    with pytest.raises(VerificationError):
        verify_consistency((8, bytes.fromhex(CT_ROOTS[7])), (8, CT_LEAVES[0]), proof=[])


def test_a_leaf_is_never_mistaken_for_a_node() -> None:
    left, right = CT_LEAVES[:2]

    assert leaf_hash(left + right) != node_hash(left, right)
