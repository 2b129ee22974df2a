"""Documents: nothing is lost, the seal fits, and equal requests are recognised."""

import json
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from intake_examples import form

from referral_intake import document

HEADER = {"reference": "WAN-000000001"}
CHILD_ID = UUID(int=7)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_a_document_holds_the_header_and_everything_that_was_sent_with_each_childs_id() -> None:
    sent = form(risks_to_staff="Große Hunde 🐕")

    kept = json.loads(document.build(sent, HEADER, [CHILD_ID]))

    assert kept.pop("reference") == "WAN-000000001"
    assert kept["children"][0].pop("child_id") == str(CHILD_ID)
    assert kept == sent


def test_a_commitment_is_over_salt_and_document() -> None:
    assert document.commitment(b"salt", b"document") == sha256(b"saltdocument").hexdigest()


@given(values, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_same_document_under_another_salt_has_another_commitment(value: object, salt: bytes, other: bytes) -> None:
    content = document.build({"value": value}, HEADER, [])

    assert (document.commitment(salt, content) == document.commitment(other, content)) == (salt == other)


@given(st.dictionaries(st.text(), values))
def test_the_order_of_keys_does_not_change_a_fingerprint(content: dict[str, object]) -> None:
    reordered = dict(reversed(content.items()))

    assert document.fingerprint(reordered) == document.fingerprint(content)


def test_any_change_changes_a_fingerprint() -> None:
    assert document.fingerprint(form()) != document.fingerprint(form(immediate_danger=True))
