"""Documents: nothing is lost, the seal fits, and equal requests are recognised."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

from form_strategies import forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_examples import form

from referral_intake import document
from referral_intake.form import ReferralForm
from referral_intake.form.written import written

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


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(forms())
def test_the_order_of_fields_does_not_change_a_fingerprint(sent: dict[str, object]) -> None:
    assert fingerprint(backwards(sent)) == fingerprint(sent)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(forms())
def test_a_form_written_in_parts_is_what_it_is_when_written_at_once(sent: dict[str, object]) -> None:
    taken = ReferralForm.model_validate(sent)
    content = taken.model_dump(mode="json", exclude_unset=True)
    child_ids = [UUID(int=place) for place in range(len(taken.children))]

    assert sha256(written(taken).whole()).digest() == document.fingerprint(content)
    assert json.loads(document.built(written(taken), HEADER, child_ids)) == json.loads(
        document.build(content, HEADER, child_ids)
    )


def test_any_change_changes_a_fingerprint() -> None:
    assert fingerprint(form()) != fingerprint(form(immediate_danger=True))


def fingerprint(sent: Any) -> bytes:
    """That of a referral as the API takes it."""
    return sha256(written(ReferralForm.model_validate(sent)).whole()).digest()


def backwards(value: Any) -> Any:
    """The same JSON, with the fields of each object in the opposite order."""
    if isinstance(value, dict):
        return {name: backwards(inner) for name, inner in reversed(value.items())}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value
