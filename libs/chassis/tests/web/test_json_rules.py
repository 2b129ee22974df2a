"""What JSON we accept: the fast reader never takes what the careful one refuses, and reads the same."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.web import json_rules
from chassis.web.problems import Malformed
from contracts.problems import Invalid, Problem

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


def careful(body: bytes) -> Any:
    """The reader that judges everything, on whatever path the body would take."""
    json_rules._check_shape(body)
    return json_rules._read_carefully(body)


def outcome(read: Any, body: bytes) -> Any:
    try:
        return repr(read(body))
    except Problem as problem:
        return type(problem)


@given(DOCUMENTS, st.booleans())
def test_both_readers_read_and_refuse_the_same(document: Any, escaped: bool) -> None:
    body = json.dumps(document, ensure_ascii=escaped).encode("utf-8", "surrogatepass")

    read = outcome(json_rules.read, body)

    if read is not Invalid:
        assert read == outcome(careful, body)


@given(
    st.binary(max_size=40)
    | st.text(st.sampled_from('{}[]":,0123456789.eE-+truefalsn \\u'), max_size=40).map(str.encode)
)
def test_bytes_of_any_kind_are_read_alike_or_refused_alike(body: bytes) -> None:
    read = outcome(json_rules.read, body)

    if read is not Invalid:
        assert read == outcome(careful, body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"NaN",
        b"[Infinity]",
        b"",
        b"{",
        b"\xff",
        b'"\n"',
        b"[" * 40 + b"]" * 40,
    ],
)
def test_what_two_readers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        json_rules.read(body)


@pytest.mark.parametrize("body", [rb'"\u0000"', rb'{"\u0000": 1}', rb'"\ud800"', rb'["\udfff"]'])
def test_text_that_cannot_be_kept_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        json_rules.read(body)


# -- how much of it -------------------------------------------------------------------------------------------------

DEEP, WIDE = json_rules.MAX_DEPTH, json_rules.MAX_VALUES


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b"[" + b"1," * (WIDE - 2) + b"1]",
        b'{"a":[' + b"[]," * (WIDE // 2 - 2) + b"1]}",
        b'["' + b"[{," * WIDE + b'"]',
        b'["' + b'\\",' * WIDE + b'"]',
        b"[" + b'"a",' * (WIDE - 2) + b'""]',
    ],
    ids=["deep", "deep objects", "many", "many lists", "a text of brackets", "a text of quotes", "many texts"],
)
def test_as_much_as_may_be_is_read(body: bytes) -> None:
    assert json_rules.read(body) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * (DEEP + 1) + b"]" * (DEEP + 1),
        b"[" * 500_000,
        b"[" + b"1," * WIDE + b"1]",
        b"[" + b"{}," * 340_000 + b"1]",
        b"{" + b",".join(b'"%x":1' % number for number in range(100_000)) + b"}",
        b'""' * 500_000,
        b'"\\\\"' * 160_000,
    ],
    ids=["deep", "very deep", "many", "many objects", "many keys", "many quotes", "many backslashes"],
)
def test_more_than_may_be_is_refused_before_it_is_read(body: bytes) -> None:
    with pytest.raises(Malformed):
        json_rules.read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 340_000 + b"1]",
        b"{" + b",".join(b'"%x":1' % number for number in range(100_000)) + b"}",
        b'"' + b'\\"' * 500_000,
        b'""' * 500_000,
        b'["' + b"\\ud83d\\ude00" * 80_000 + b'"]',
        b"[" + b'"\\ud83d\\ude00",' * (WIDE - 2) + b"1]",
    ],
    ids=["many objects", "many keys", "a text without end", "many quotes", "escapes", "many escapes"],
)
def test_no_body_of_a_mebibyte_takes_longer_than_a_plain_one_by_much(body: bytes) -> None:
    """Reading is done while everybody waits. Processor time, so that a busy machine changes nothing."""
    began = time.process_time()
    for _ in range(3):
        outcome(json_rules.read, body)
    spent = (time.process_time() - began) / 3

    assert spent < 0.5


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (b'{"a": 1,}', "Send valid JSON: it cannot be read from line 1, column 9 on"),
        (b"{\n \"a\": '1'}", "Send valid JSON: it cannot be read from line 2, column 7 on"),
        (b'{"a": "Zo\xeb"}', "Send JSON in UTF-8: byte 10 does not belong to it"),
        (b'{"a": 1, "a": 2}', "Send valid JSON, with each key once in its object, and numbers that JSON knows"),
        (b'{"a": NaN}', "Send valid JSON, with each key once in its object, and numbers that JSON knows"),
    ],
)
def test_anyone_who_wrote_what_cannot_be_read_is_shown_the_place(body: bytes, advice: str) -> None:
    with pytest.raises(Malformed) as refused:
        json_rules.read(body)

    assert refused.value.detail == advice


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ['{"a": "Zoe"}', '{"a": "Zo\u00eb \u2013"}'])
def test_json_in_a_wider_encoding_is_refused_with_its_name(encoding: str, text: str) -> None:
    with pytest.raises(Malformed) as refused:
        json_rules.read(text.encode(encoding))

    assert refused.value.detail == "Send JSON in UTF-8: this is UTF-16 or UTF-32. Write it out again in UTF-8"
