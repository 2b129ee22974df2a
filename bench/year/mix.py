"""What arrives in a year: the share of everything that differs between referrals, each with where it is from.

A share that no published page was found for says ``ASSUMED``: it is this software's own guess, and no council's figure.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Final

from contracts.codes import ConcernType

REFERRALS_A_YEAR: Final = 633_000
"""Rounded from 632,880. The statistics count a referral for each child; here one may be about several children, so a
year of these is more work than a year of those."""

ASSUMED: Final = "assumed"
_DFE_2025: Final = (
    "Department for Education, Children in need, England, as reported by Social Work Today on 3 November 2025, "
    "https://www.socialworktoday.co.uk/News/calls-to-better-support-parents-as-children-in-need-numbers-rise"
)
_DFE_2020: Final = (
    "Department for Education, Children in need, C5 referrals by source, England, "
    "https://explore-education-statistics.service.gov.uk/data-catalogue/data-set/3d06472e-a385-4e9e-90aa-b088c7558390"
)
_RULE: Final = "a rule of this measurement"


@dataclass(frozen=True)
class Row:
    """How many parts of all the parts of its table are like this, and who says so; ``of`` is the last day it covers."""

    name: str
    parts: int
    source: str = ASSUMED
    of: str = ""


class Table:
    """Rows to choose from, each as often as its share says."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._names = [row.name for row in rows]
        self._sums = list(accumulate(row.parts for row in rows))

    def choose(self, chance: random.Random) -> str:
        """The name of one row."""
        return chance.choices(self._names, cum_weights=self._sums)[0]

    def share(self, name: str) -> float:
        """How much of the whole one row is."""
        return next(row.parts for row in self.rows if row.name == name) / self._sums[-1]

    def described(self) -> dict[str, Any]:
        """Name, share and source of every row, for the result."""
        return {row.name: {**asdict(row), "share": round(self.share(row.name), 4)} for row in self.rows}


def _rows(source: str, of: str, **parts: int) -> tuple[Row, ...]:
    return tuple(Row(name.replace("_", "-"), count, source, of) for name, count in parts.items())


def _share(name: str, per_thousand: int, source: str = ASSUMED, of: str = "") -> Table:
    return Table((Row(name, per_thousand, source, of), Row("other", 1000 - per_thousand, source, of)))


SOURCES: Final = Table(
    _rows(
        _DFE_2020,
        "2020-03-31",
        individuals=52_290,
        schools=117_010,
        education=13_630,
        health=96_300,
        housing=8_300,
        local_authority=90_810,
        police=184_760,
        other_legal=25_180,
        other=31_630,
        anonymous=13_770,
        unknown=9_300,
    )
)
"""The last year whose whole table was found; its row has no heads there, and is read in the order of the census's own
list of sources. For the year to 31 March 2025 only two shares were found, 28 % police and 21 % schools."""

PARTNERSHIPS: Final = Table((Row("wandsworth", 1), Row("warwickshire", 1)))
CHILDREN: Final = Table((Row("1", 58), Row("2", 26), Row("3", 11), Row("4", 4), Row("5", 1)))
CONCERNS: Final = Table((Row("1", 55), Row("2", 32), Row("3", 13)))
CONCERN_TYPES: Final = Table(
    tuple(
        Row(code.value, parts)
        for code, parts in {
            ConcernType.DOMESTIC_ABUSE: 240,
            ConcernType.NEGLECT: 170,
            ConcernType.PARENTAL_MENTAL_HEALTH: 150,
            ConcernType.EMOTIONAL_ABUSE: 110,
            ConcernType.PARENTAL_SUBSTANCE_USE: 80,
            ConcernType.PHYSICAL_ABUSE: 80,
            ConcernType.SELF_HARM: 40,
            ConcernType.SEXUAL_ABUSE: 30,
            ConcernType.CRIMINAL_EXPLOITATION: 20,
            ConcernType.MISSING: 20,
            ConcernType.SEXUAL_EXPLOITATION: 15,
            ConcernType.HARM_OUTSIDE_HOME: 15,
            ConcernType.ONLINE_HARM: 15,
            ConcernType.DISABLED_CHILD: 15,
        }.items()
    )
)
REPEATS: Final = _share("repeat", 226, _DFE_2025, "2025-03-31")
DANGER: Final = _share("immediate-danger", 30)
SUPPLEMENTS: Final = _share("supplemented", 100)
NEW_CHILDREN: Final = _share("new-child", 150)
WITHDRAWALS: Final = _share("withdrawn", 20)
NHS_NUMBERS: Final = _share("nhs-number-known", 450)
STAFF: Final = Table((Row("worked-on-by-staff", 20, _RULE), Row("left-in-the-queue", 980, _RULE)))
OUTCOMES: Final = Table(
    (
        Row("no-further-action", 40),
        Row("information-and-advice", 15),
        Row("early-help", 20),
        Row("assessment", 20),
        Row("strategy-discussion", 5),
    )
)

TABLES: Final[Mapping[str, Table]] = {
    "source of contact": SOURCES,
    "partnership": PARTNERSHIPS,
    "children per referral": CHILDREN,
    "concern types per referral": CONCERNS,
    "concern type": CONCERN_TYPES,
    "about children who were referred before": REPEATS,
    "immediate danger": DANGER,
    "added to afterwards": SUPPLEMENTS,
    "of those, with another child": NEW_CHILDREN,
    "withdrawn afterwards": WITHDRAWALS,
    "first children whose NHS number is given": NHS_NUMBERS,
    "worked on by simulated staff": STAFF,
    "outcome of a child": OUTCOMES,
}
"""Every table by what it says; the result carries all of them."""

SENDERS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "wandsworth": {
        "schools": ("ashcroft-primary",),
        "education": ("wandsworth-education",),
        "health": ("wandsworth-health-visiting",),
        "police": ("metropolitan-police",),
        "housing": ("wandsworth-housing",),
        "other-legal": ("probation-service",),
    },
    "warwickshire": {
        "schools": ("meadow-lane-academy",),
        "education": ("warwickshire-education",),
        "health": ("warwick-general-hospital", "warwickshire-health"),
        "police": ("warwickshire-police",),
    },
}
"""Which agency of a pack sends what comes from where. The hub writes down what everybody else says, and sends it."""


def sender_of(partnership: str, source: str, chance: random.Random) -> str:
    """The agency that sends a referral from this source; the hub itself for everybody who has no system."""
    return chance.choice(SENDERS[partnership].get(source, (f"{partnership}-mash",)))


def described() -> dict[str, Any]:
    """Every share with its source."""
    return {what: table.described() for what, table in TABLES.items()}
