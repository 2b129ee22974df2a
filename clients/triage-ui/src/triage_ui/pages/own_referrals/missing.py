"""What a referral lacks, grouped by what it is about, as the form asks it; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from triage_ui.services.intake_own import MissingInformation

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


def in_groups(missing: Sequence[MissingInformation]) -> list[tuple[str, list[str]]]:
    """Heading and labels, in the order of the headings; what has no heading comes last."""
    titles = list(dict.fromkeys([*_GROUPS.values(), _OTHERS]))
    groups: dict[str, list[str]] = {title: [] for title in titles}
    for one in missing:
        groups[_title(one)].append(one.label)
    return [(title, labels) for title, labels in groups.items() if labels]


def _title(one: MissingInformation) -> str:
    part = one.pointers[0].split("/")[1] if one.pointers and "/" in one.pointers[0] else ""
    return _GROUPS.get(part, _OTHERS)
