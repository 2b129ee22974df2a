"""What JSON we take: the fast reader never takes what the careful one refuses, and reads the same."""

import json
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
    with pytest.MonkeyPatch.context() as slow:
        slow.setattr(json_rules, "MAX_DEPTH", -1)
        try:
            return json_rules.read(body)
        except Malformed as problem:
            if "nested" in problem.detail:  # which is what the patched bound makes of everything
                return json.loads(body)
            raise


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
