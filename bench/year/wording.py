"""Invented people and what is said of them: NHS test numbers, drama phone numbers, postcodes that do not exist."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from bench.year import mix

_FIRST: Final = (
    "Rowan", "Wren", "Kit", "Sasha", "Amal", "Noor", "Robin", "Jaden", "Imani", "Tobi",
    "Marlow", "Ezra", "Lior", "Anya", "Zuri", "Emrys", "Ffion", "Ravi", "Mina", "Oisin",
)  # fmt: skip
_SYLLABLES: Final = (
    "ash", "bel", "cor", "dun", "el", "fen", "gar", "hol", "ing", "jor", "kel", "lam", "mor", "nor", "or", "pel",
    "quin", "ros", "sel", "tor", "ul", "ver", "wel", "yar", "zen", "brack",
    "thorn", "wick", "ley", "field", "stead", "worth",
)  # fmt: skip
_LATEST_BIRTH: Final = date(2026, 6, 30)
_CHILDHOOD_DAYS: Final = 17 * 365
_SEEN: Final = (
    "The child came in without a coat and fell asleep in class twice this week.",
    "A neighbour heard shouting and things being thrown on three nights, and children crying.",
    "There was nothing to eat in the kitchen when the visit was made, and no heating.",
    "A bruise on the upper arm was explained in two ways that do not agree.",
    "The child said that nobody was at home until late on four evenings.",
    "A parent was found asleep in the afternoon and could not be woken at first.",
    "Older young people whom nobody knows waited at the gate and gave the child a telephone.",
)
_WORRIES: Final = (
    "We are worried that this happens more often than we see.",
    "What is described has become worse since the summer.",
    "The family had help before, and it ended when things went well.",
)
_NEWS: Final = (
    "The same was seen again this morning.",
    "A relative called to say that the children stay with her for now.",
    "The appointment that was agreed was missed again.",
)
WITHDRAWAL: Final[Mapping[str, str]] = {
    "reason": "duplicate",
    "words": "A colleague had sent the same this morning; please work with that one.",
}


def surname(family: int) -> str:
    """A name that differs from family to family, and that nobody has."""
    parts: list[str] = []
    rest = family
    while rest or not parts:
        rest, part = divmod(rest, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(parts).capitalize() + "by"


def nhs_number(number: int) -> str | None:
    """The test number of this place in 999 000 0000 to 999 999 9999; None where it has no check digit.

    There are a million places, so only one child of each family has a number, and no two families share one.
    """
    digits = f"999{number:06d}"
    check = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
    return None if check == 10 else f"{digits}{check}"


def children(family: int, count: int, chance: random.Random) -> list[dict[str, Any]]:
    """The children of a family; the same for every referral about it."""
    return [_child(family, place, chance) for place in range(count)]


def _child(family: int, place: int, chance: random.Random) -> dict[str, Any]:
    born = _LATEST_BIRTH - timedelta(days=chance.randrange(_CHILDHOOD_DAYS))
    child: dict[str, Any] = {
        "first_name": _FIRST[(family + place) % len(_FIRST)],
        "last_name": surname(family),
        "date_of_birth": born.isoformat(),
        "sex": chance.choice("FM"),
        "ethnicity": "NOBT",
        "addresses": [{"lines": [f"{family % 200 + 1} Invented Street"], "postcode": "ZZ99 3AB"}],
        "gp": "Mulberry Rise Surgery",
    }
    number = nhs_number(family) if place == 0 else None
    if number is not None and mix.NHS_NUMBERS.choose(chance) == "nhs-number-known":
        child["nhs_number"] = number
    return child


def another_child(family: int, chance: random.Random) -> dict[str, Any]:
    """A brother or sister of whom the sender has heard since."""
    child = {"first_name": "Teal", "last_name": surname(family), "date_of_birth": "2021-09-30"}
    return {"kind": "new-child", "words": chance.choice(_NEWS), "children": [child]}


def news(chance: random.Random) -> dict[str, Any]:
    """Something that was seen since."""
    return {"kind": "new-information", "words": chance.choice(_NEWS)}


def referrer(agency: str, number: int) -> dict[str, Any]:
    """A person of the agency, by a name that says that it is invented."""
    return {
        "kind": "professional",
        "name": "Morgan Adeyemi-Clarke",
        "role": "Safeguarding lead",
        "phone": "020 7946 0199",
        "email": f"safeguarding@{agency}.example.org",
        "own_reference": f"YEAR-{number:07d}",
    }


def household(family: int, chance: random.Random) -> list[dict[str, Any]]:
    """One or two adults."""
    mother: dict[str, Any] = {"name": f"Dana {surname(family)}", "role": "mother", "parental_responsibility": True}
    other: dict[str, Any] = {"name": f"Lee {surname(family)}", "role": "partner-of-parent"}
    adults = [mother, other] if chance.random() < 0.6 else [mother]
    return [{**adult, "lives_with_child": True} for adult in adults]


def concern(types: Sequence[str], of: Sequence[Mapping[str, Any]], chance: random.Random) -> dict[str, Any]:
    """What was seen, of how many children."""
    return {
        "types": list(types),
        "facts": " ".join([f"Children concerned: {len(of)}.", *chance.sample(_SEEN, 3)]),
        "opinion": chance.choice(_WORRIES),
        "impact": "They are tired and withdrawn, and miss lessons.",
        "what_changed": "It was calmer until the summer.",
        "source": "seen",
    }


def circumstances(of: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What every form is asked beside the concern."""
    parent = f"Dana {of[0]['last_name']}"
    agreed = {"answer": "agreed", "given_by": parent, "given_on": "2026-11-20", "method": "telephone"}
    return {
        "child_voice": {"words": "I want it to be quiet at home.", "how_gathered": "Talking at breakfast club"},
        "consent": {"parents_informed": True, "to_referral": agreed, "to_checks": agreed},
        "requested_response": "safeguarding",
        "risks_to_staff": "None known.",
    }
