"""What the sandbox does with a referral, by the magic word in its ``referrer.own_reference``. One table, and pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.codes import Outcome

_MAGIC: Final = re.compile(r"\bSANDBOX-[A-Z]+(?:-[A-Z]+)*\b")


@dataclass(frozen=True)
class Script:
    """``outcome`` is decided for every child; what else happens on the way there.

    ``asks``: the sender is asked something first, and no decision is made before it answered. ``when_late``: no
    decision is made before its time has passed. ``rests``: a case that was opened again stays open.
    """

    outcome: Outcome
    says: str
    asks: bool = False
    when_late: bool = False
    rests: bool = False


_OF_OUTCOMES: Final = {
    f"SANDBOX-{outcome.upper()}": Script(outcome, f"Decides: {outcome.label}. Then closes it.") for outcome in Outcome
}

SCRIPTS: Final[Mapping[str, Script]] = MappingProxyType(
    {
        **_OF_OUTCOMES,
        "SANDBOX-QUESTION": Script(
            Outcome.INFORMATION_AND_ADVICE,
            "Asks you a question, and decides once you have answered: Information and advice.",
            asks=True,
        ),
        "SANDBOX-SLOW": Script(
            Outcome.NO_FURTHER_ACTION, "Opens it, and decides only when the decision is late.", when_late=True
        ),
        "SANDBOX-CLOSED": Script(
            Outcome.NO_FURTHER_ACTION,
            "Decides and closes it. When you add to it, it is opened again and stays open.",
            rests=True,
        ),
    }
)
"""Every magic word. Whatever has none of them is left alone, for people to work on."""


def find_script(own_reference: str | None) -> Script | None:
    """The script of the first magic word in a sender's own reference, which may say other things beside it."""
    words = _MAGIC.findall(own_reference or "")
    return next((SCRIPTS[word] for word in words if word in SCRIPTS), None)
