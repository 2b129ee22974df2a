"""What a referral lacks, grouped by what it is about, as the form asks it; pure."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from triage_ui.services.intake_own import MissingAsSent, MissingInformation

_GROUPS: Final[Mapping[str, str]] = {
    "immediate_safety": "What happens now",
    "children": "The children",
    "child_voice": "The children",
    "concern": "What you are worried about",
    "household": "The family",
    "family": "The family",
    "risks_to_staff": "The family",
    "consent": "What the family knows and agreed to",
    "referrer": "You",
}
"""A heading for each part of a referral, by the first name in the pointer of what is missing."""
_OTHERS: Final = "Everything else"


class Lacking(NamedTuple):
    """What is missing in words; ``details`` say what is wrong with what was written there, each once."""

    label: str
    details: tuple[str, ...] = ()


def in_groups(missing: Sequence[MissingInformation]) -> list[tuple[str, list[Lacking]]]:
    """Heading and what is missing under it, in the order of the headings; what has no heading comes last."""
    titles = list(dict.fromkeys([*_GROUPS.values(), _OTHERS]))
    groups: dict[str, list[Lacking]] = {title: [] for title in titles}
    for one in missing:
        groups[_title(one)].append(_lacking(one))
    return [(title, lacking) for title, lacking in groups.items() if lacking]


def _lacking(one: MissingInformation) -> Lacking:
    details = one.details if isinstance(one, MissingAsSent) else None
    return Lacking(one.label, tuple(dict.fromkeys(details or ())))


def _title(one: MissingInformation) -> str:
    part = one.pointers[0].split("/")[1] if one.pointers and "/" in one.pointers[0] else ""
    return _GROUPS.get(part, _OTHERS)
