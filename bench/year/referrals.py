"""Invents a year's referrals, one after the other: the same seed gives the same year, byte for byte."""

import json
import random
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bench.year import mix, wording

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """One referral as bytes to be sent, and what its sender adds once it has the receipt, in this order."""

    number: int
    partnership: str
    agency: str
    body: str
    later: tuple[tuple[str, str], ...]
    """What to post under the referral's own address, and the body: supplements first, then a withdrawal."""

    def line(self) -> str:
        """As one line of a file."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, line: str) -> Self:
        """The same again."""
        fields = json.loads(line)
        return cls(**{**fields, "later": tuple((path, body) for path, body in fields["later"])})


class Year:
    """The referrals of one seed. ``repeats`` remembers which family each was about, so that some come again."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._families = array("L")

    def referrals(self, count: int) -> Iterator[Prepared]:
        """The first ``count`` of them."""
        for number in range(count):
            chance = random.Random(self._seed * 1_000_003 + number)
            family = self._family(number, chance)
            self._families.append(family)
            yield self._prepared(number, family, chance)

    def _family(self, number: int, chance: random.Random) -> int:
        """The number of the referral in which this family came first."""
        is_repeat = mix.REPEATS.choose(chance) == "repeat"
        return chance.choice(self._families) if is_repeat and self._families else number

    def _prepared(self, number: int, family: int, chance: random.Random) -> Prepared:
        home = random.Random(self._seed * 7_000_003 + family)
        partnership = mix.PARTNERSHIPS.choose(home)
        children = wording.children(family, int(mix.CHILDREN.choose(home)), home)
        agency = mix.sender_of(partnership, mix.SOURCES.choose(chance), chance)
        referrer = wording.referrer(agency, number)
        body = {
            "immediate_danger": mix.DANGER.choose(chance) == "immediate-danger",
            "referrer": referrer,
            "children": children,
            "household": wording.household(family, home),
            "concern": wording.concern(_concern_types(chance), children, chance),
            **wording.circumstances(children),
        }
        return Prepared(number, partnership, agency, _text(body), tuple(_later(referrer, family, chance)))


def _concern_types(chance: random.Random) -> list[str]:
    """As many different types as the mix says."""
    wanted, found = int(mix.CONCERNS.choose(chance)), dict[str, None]()
    while len(found) < wanted:
        found[mix.CONCERN_TYPES.choose(chance)] = None
    return list(found)


def _later(referrer: Json, family: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    if mix.SUPPLEMENTS.choose(chance) == "supplemented":
        another = mix.NEW_CHILDREN.choose(chance) == "new-child"
        added = wording.another_child(family, chance) if another else wording.news(chance)
        yield "supplements", _text({"referrer": referrer, **added})
    if mix.WITHDRAWALS.choose(chance) == "withdrawn":
        yield "withdrawal", _text({"referrer": referrer, **wording.WITHDRAWAL})


def _text(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
