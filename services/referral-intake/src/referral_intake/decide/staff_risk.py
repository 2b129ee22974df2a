"""Whether a referral states a risk to workers who visit: what is shown of it warns of risks and of nothing else."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

_WORDS: Final = ("reason", "advice")


class StaffRiskStatement(StrEnum):
    """What a referral says of risks to workers who visit: that nothing is known is not the same as nothing said."""

    STATED = "stated"
    NONE_KNOWN = "none-known"
    NOT_STATED = "not-stated"


_RISK: Final = r"(risks?|concerns?|issues?|dangers?|hazards?)"
_SEEN: Final = r"(known|identified|reported|recorded|noted|apparent|evident)"
_NONE_KNOWN: Final = re.compile(
    rf"(?!no$)(there (is|are) )?(no|none|nil|nothing)( {_SEEN})?( {_RISK})?( {_SEEN})?"
    rf"( to (staff|workers|visitors|professionals))?( {_SEEN})?"
    r"( (to us|of|that we (know|are aware) of|we (know|are aware) of))?( at (present|this time)| currently)?"
)
"""What senders write who know of no risk, because forms ask them to write so rather than leave it empty.

Only this alone: with anything beside it a person has to read it, and a warning too many harms nobody.
"""
_NOT_SAID: Final = frozenset({"unknown", "not known", "n k", "nk", "n a", "na", "tbc", "not sure", "to be confirmed"})
"""What senders write who do not know whether there is one: that is asked for, and is no warning."""


def staff_risk_stated(document: Mapping[str, Any]) -> StaffRiskStatement:
    """What the document says in ``risks_to_staff``, in words or one by one. One risk is enough to be stated."""
    said = document.get("risks_to_staff") or ()
    risks: Sequence[Any] = [{"reason": said}] if isinstance(said, str) else said
    found = {_of_one(risk) for risk in risks}
    order = (StaffRiskStatement.STATED, StaffRiskStatement.NONE_KNOWN)
    return next((one for one in order if one in found), StaffRiskStatement.NOT_STATED)


def _of_one(risk: Mapping[str, Any]) -> StaffRiskStatement:
    """The words decide; a risk of which only days and people are said is one, and a dash is how people skip a field."""
    words = " ".join(str(risk[name]) for name in _WORDS if risk.get(name))
    plain = "".join(char if char.isalnum() else " " for char in words).casefold().split()
    written = " ".join(plain)
    if not plain or written in _NOT_SAID:
        is_kept = any(value for name, value in risk.items() if name not in _WORDS)
        return StaffRiskStatement.STATED if is_kept else StaffRiskStatement.NOT_STATED
    return StaffRiskStatement.NONE_KNOWN if _NONE_KNOWN.fullmatch(written) else StaffRiskStatement.STATED
