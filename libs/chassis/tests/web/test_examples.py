"""Examples of an API document show the fields that are always there, also when they are empty."""

from typing import Any

from chassis.web.examples import put_back_nulls

TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def completed(example: Any, **more: Any) -> Any:
    schema = {"properties": {"a": {"type": "string"}, "b": TEXT_OR_NULL, "c": TEXT_OR_NULL}, "required": ["a", "b"]}
    outer = {"properties": more, "required": [*more], "examples": [example]}
    put_back_nulls({"Inner": schema, "Outer": outer} if more else {"Outer": {**schema, "examples": [example]}})
    return example


def test_a_field_that_is_always_there_is_shown_empty_in_its_place() -> None:
    assert list(completed({"c": "three", "a": "one"}).items()) == [("a", "one"), ("b", None), ("c", "three")]


def test_a_field_that_may_be_left_out_stays_left_out() -> None:
    assert "c" not in completed({"a": "one"})


def test_a_field_that_cannot_be_null_is_not_made_up() -> None:
    assert completed({"b": "two"}) == {"b": "two"}


def test_what_stands_inside_is_completed_too() -> None:
    inner = {"$ref": "#/components/schemas/Inner"}
    shown: dict[str, Any] = {"one": {"a": "one"}, "many": [{"a": "one"}, {"a": "two"}], "perhaps": {"a": "one"}}

    completed(shown, one=inner, many={"type": "array", "items": inner}, perhaps={"anyOf": [inner, {"type": "null"}]})

    assert [one["b"] for one in (shown["one"], *shown["many"], shown["perhaps"])] == [None] * 4
