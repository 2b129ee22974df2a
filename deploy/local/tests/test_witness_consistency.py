"""Consistency proofs: every one between two sizes of a log is accepted, and every other one is refused."""

from hypothesis import given
from hypothesis import strategies as st
from witnessed_log import LEAVES, proof_of, root_of

from local_stack.witness.consistency import EMPTY_ROOT, extends


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
