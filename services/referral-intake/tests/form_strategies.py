"""Any form that somebody could send, made from the form's own description: with text of every script."""

from typing import Any, Final

from hypothesis import strategies as st

from referral_intake.form import ReferralForm

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]

_FORM: Final[Json] = ReferralForm.model_json_schema()
_MOST_IN_A_LIST: Final = 3
_LONGEST: Final = 60

_PIECES: Final = st.sampled_from(
    [
        "Anastasiia",
        "Анастасія",
        "שלום",  # right to left
        "مُحَمَّد",  # right to left, with vowel marks
        "José",  # a combining accent
        "Zoë",  # a composed one
        "ปั๋ง",  # Thai marks
        "陳大文",
        "👩‍👧‍👦",  # one emoji of five characters
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "‮",  # turns the direction of what follows
        "­",
        "﻿",
        "ﬁ",  # a ligature that a normaliser would take apart
        "  two  spaces  ",
        "line\r\nline\ttab",
        "\x85\x1f\x7f",
        "'; DROP TABLE referral; --",
        "<b>&amp;</b>",
        "\\u0000",
        "NULL",
        "1",
        "true",
        "2017-05-04",
    ]
)
texts: Final = st.lists(_PIECES | st.text(max_size=8), max_size=4).map("".join)


def forms() -> Strategy:
    """Forms that the model takes; the rules may refuse them."""
    return _of(_FORM)


def of_part(name: str) -> Strategy:
    """Parts of the form by their name in its description."""
    return _of(_FORM["$defs"][name])


def _of(schema: Json) -> Strategy:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return st.deferred(lambda: of_part(name))
    if "anyOf" in schema:
        return st.one_of([_of(choice) for choice in schema["anyOf"]])
    match schema["type"]:
        case "object":
            return _object(schema)
        case "array":
            most = min(schema.get("maxItems", _MOST_IN_A_LIST), _MOST_IN_A_LIST)
            return st.lists(_of(schema["items"]), max_size=most)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return _string(schema)


def _object(schema: Json) -> Strategy:
    """A few of its fields at a time, in any order: most forms leave most of them out."""
    fields, needed = schema["properties"], set(schema.get("required", ()))
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=6, unique=True)
    return chosen.map(lambda names: [*needed, *[name for name in names if name not in needed]]).flatmap(
        lambda names: st.fixed_dictionaries({name: _of(fields[name]) for name in names})
    )


def _string(schema: Json) -> Strategy:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "date":
        return st.dates().map(str)
    longest = min(schema["maxLength"], _LONGEST)
    return texts.map(lambda text: text[:longest])
