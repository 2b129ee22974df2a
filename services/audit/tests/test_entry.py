"""Entries are RFC 8785: one event, one sequence of bytes."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import EntryRefused, canonical_entry

ATTRIBUTES: dict[str, str | int] = {"type": "referral.received.v1", "subject": "referral/1", "sequence": 1}
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    scalars | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

plain_texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7F) | st.sampled_from('\n\t"\\:,[1.e'))
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | numbers | plain_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_texts, inner, max_size=4),
    max_leaves=12,
)


def test_an_entry_is_what_the_bus_said_in_canonical_order() -> None:
    entry = canonical_entry(ATTRIBUTES, b'{"rating": "amber", "child_ids": ["b", "a"], "score": 1.0}')

    assert entry == (
        b'{"data":{"child_ids":["b","a"],"rating":"amber","score":1},'
        b'"sequence":1,"subject":"referral/1","type":"referral.received.v1"}'
    )


@given(json_values)
def test_an_entry_says_neither_more_nor_less_than_the_message(value: object) -> None:
    entry = canonical_entry(ATTRIBUTES, json.dumps(value).encode())

    # Canonical JSON spells large doubles as digits: read as the numbers they are.
    assert json.loads(entry, parse_int=float) == {**ATTRIBUTES, "data": value}


@given(st.dictionaries(plain_texts, plain_values), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :\n")]))
def test_what_is_written_quickly_is_canonical_too(value: dict[str, Any], spelling: tuple[str, str]) -> None:
    entry = canonical_entry(ATTRIBUTES, json.dumps(value, separators=spelling).encode())

    assert entry == rfc8785.dumps({**ATTRIBUTES, "data": value})


@pytest.mark.parametrize("number", ["1.50", "-0.0", "1e3", "1E3", "-1e-7", "100000000000000000000.0"])
@pytest.mark.parametrize("around", ['{"a":%s}', '{"a" :\t%s}', '{"a":[%s]}', '{"a":[1, %s]}', '{"a":{"b": %s}}'])
def test_a_number_is_spelled_the_canonical_way_wherever_it_stands(number: str, around: str) -> None:
    value = around % number

    assert canonical_entry({}, value.encode()) == rfc8785.dumps({"data": json.loads(value)})


@given(json_values)
def test_spelling_and_order_on_the_bus_make_no_difference(value: object) -> None:
    plain = json.dumps(value).encode()
    spaced = json.dumps(value, indent=3, ensure_ascii=False, sort_keys=True).encode()

    assert canonical_entry(ATTRIBUTES, plain) == canonical_entry(dict(reversed(ATTRIBUTES.items())), spaced)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b"1e999",
        b"9007199254740993",
        b'{"a": 9007199254740993}',
        b'{"a": [1,-9007199254740993]}',
        b'{"a": NaN}',
        b'"\\ud800"',
        b'{"a": 1, "a": 2}',
        b'[{"a": {"b": 1, "b": 1}}]',
        b"[" * 100_000,
    ],
)
def test_what_has_no_single_canonical_form_is_refused(value: bytes) -> None:
    with pytest.raises(EntryRefused):
        canonical_entry(ATTRIBUTES, value)


def test_an_entry_may_have_65535_bytes_and_no_more() -> None:
    room = 65_535 - len(canonical_entry(ATTRIBUTES, b'""'))

    assert len(canonical_entry(ATTRIBUTES, json.dumps("x" * room).encode())) == 65_535
    with pytest.raises(EntryRefused):
        canonical_entry(ATTRIBUTES, json.dumps("x" * (room + 1)).encode())


def test_a_refusal_does_not_repeat_the_message() -> None:
    with pytest.raises(EntryRefused) as refused:
        canonical_entry(ATTRIBUTES, b'{"secret-name": 1, "secret-name": 2}')

    assert "secret-name" not in str(refused.value)
