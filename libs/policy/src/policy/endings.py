"""How long a partnership still has a pack in force: what operators are warned of before it is too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

from policy.timeline import Term


@dataclass(frozen=True)
class Ending:
    """How many whole days a partnership's packs are in force yet: ``inf`` for no known end, 0 on the last day.

    Negative: none is in force, since so many days or for so many more. ``advice`` is empty when there is no end.
    """

    partnership: str
    days_left: float
    advice: str = ""

    @property
    def name(self) -> str:
        """What ends."""
        return f"pack:{self.partnership}"


def ending_of(terms: Sequence[Term], day: date, written: str) -> Ending:
    """The ending of one partnership's versions, seen from a day. ``written`` is the file and line of the end."""
    partnership, first, last_day = terms[0].pack.partnership, terms[0].begins, terms[-1].ends
    if day < first:
        advice = f"No pack of {partnership} is in force before {first}: new referrals are refused until then"
        return Ending(partnership, -float((first - day).days), advice)
    if last_day is None:
        return Ending(partnership, inf)
    left = (last_day - day).days
    what = f"No pack of {partnership} is in force" if left < 0 else f"The pack of {partnership} ends"
    since = f"after {last_day}" if left < 0 else f"on {last_day}"
    effect = "new referrals are refused" if left < 0 else "new referrals are refused from then on"
    where = f" ({written})" if written else ""
    return Ending(partnership, float(left), f"{what} {since}{where}: {effect}. {what_to_do(partnership, last_day)}")


def what_to_do(partnership: str, last_day: date) -> str:
    """How to give a last version a successor."""
    next_day = last_day + timedelta(days=1)
    return f"Add {partnership}.{next_day}.yaml with effective_from: {next_day}, or let the last version end later"
