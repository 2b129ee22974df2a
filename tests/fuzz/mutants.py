"""Examples with one thing wrong: a value replaced, taken out, put in or wrapped, wherever it stands."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any, Final

Place = tuple[Any, Any]
"""A dictionary or list, and a key or index of it."""

DEEPER_THAN_ANY_FORM: Final = 31


def _nested(depth: int) -> Any:
    value: Any = "the bottom of it"
    for _ in range(depth):
        value = [value]
    return value


_NUMBERS: Final = (0, -1, 1.5, -0.0, 1e308, 10**20, 10**4000, 2**63, -(2**63))
_TEXTS: Final = (
    "", " ", "-", "0", "null", "true", "a" * 301, "b" * 20_001, "word " * 4_001,
    "\x00", "before\x00after", "\ud800", "\udfff of half a pair", "\x7f\x1b[31m", "\u202egnirts siht",
    "\ufeffwith a mark", "\U0001d56c\U0001d597\U0001d599 of another plane", "نص عربي طويل بما يكفي", "%00%0a%0d",
    "'; DROP TABLE referral; --", "{{7*7}}${7*7}", "<script>alert(1)</script>",
    "0000-00-00", "0001-01-01", "9999-12-31", "2024-02-30", "2017-05-04T00:00:00Z", "2017-05-04T25:61:61Z",
    "9999-12-31T23:59:59-23:59", "urn:uuid:00000000-0000-0000-0000-000000000000", "Patient/../../etc/passwd",
    "__proto__", "/children/0/-/~1~0",
)  # fmt: skip
_HEAPS: Final[tuple[Any, ...]] = (
    [], {}, [[]], [None], [{}], {"": ""}, {"nobody-knows-this": "one-two-three"}, ["x"] * 101,
    _nested(DEEPER_THAN_ANY_FORM),
)  # fmt: skip
NASTY: Final[tuple[Any, ...]] = (None, True, False, *_NUMBERS, *_TEXTS, *_HEAPS)


def mutants(example: Any, random: Random) -> Iterator[Any]:
    """Copies of the example without end, each with one to three things changed."""
    while True:
        mutant = copy.deepcopy(example)
        for _ in range(random.randint(1, 3)):
            places = list(_places(mutant))
            if not places:
                break
            _change(random.choice(places), random)
        yield mutant


def _places(value: Any) -> Iterator[Place]:
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _change(place: Place, random: Random) -> None:
    inside, key = place
    match random.randrange(6):
        case 0:
            del inside[key]
        case 1:
            inside[key] = [inside[key]]
        case 2 if isinstance(inside, list):
            inside.append(copy.deepcopy(inside[key]))
        case 2:
            inside[f"{key}-nobody-knows"] = copy.deepcopy(inside[key])
        case _:
            inside[key] = copy.deepcopy(random.choice(NASTY))
