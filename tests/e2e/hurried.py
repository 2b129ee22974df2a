"""The packs of the stack, with one partnership in a hurry, so that a late step climbs its whole ladder in a minute."""

from pathlib import Path
from typing import Any, Final

import yaml

from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.testing import packs_of

PARTNERSHIP: Final = "warwickshire"
HUB: Final = "warwickshire-mash"
_DECIDE: Final = {"duration": 3 / 3600, "unit": "elapsed_hours", "runs_out_of_hours": True}
_OPEN: Final = {"duration": 2 / 3600, "unit": "elapsed_hours", "runs_out_of_hours": True}
_SPAN: Final = {"duration": 2 / 3600, "unit": "elapsed_hours"}
_IN_A_HURRY: Final = {"decision": _DECIDE, "notice-open": _OPEN}
_CHANNELS: Final = {
    "line-manager": ("webhook",),
    "second-tier-manager": ("e-mail",),
    "head-of-service": ("webhook", "e-mail"),
}
"""Roles with channels of their own; the social worker is reached by those of the hub."""


def hurried(folder: Path) -> Path:
    """A folder with every pack; in ``PARTNERSHIP`` a decision is late after seconds, and so is opening a notice."""
    folder.mkdir(parents=True)
    for path in PARTNERSHIPS_FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(_in_a_hurry(text) if path.stem == PARTNERSHIP else text, encoding="utf-8")
    return folder


def ladder(folder: Path = PARTNERSHIPS_FOLDER) -> tuple[str, ...]:
    """The roles of the ladder of ``PARTNERSHIP``, lowest first."""
    return tuple(stage.role for stage in packs_of(folder)[PARTNERSHIP].ladder)


def _in_a_hurry(text: str) -> str:
    pack: dict[str, Any] = yaml.safe_load(text)
    for clock in pack["clocks"]:
        clock.update(_IN_A_HURRY.get(clock["name"], {}))
        if clock["name"] == "decision":
            clock["warn_at"] = [{"share": 1.0, "tell": [pack["escalation"][0]["role"]]}]
    for pace in pack["escalation_pace"]:
        pace.update(open_within=_SPAN, repeat_after=_SPAN)
    source = pack["escalation_pace"][0]["source"]
    pack["role_channels"] = [
        {
            "role": role,
            "channels": [{"channel": each, "endpoint": f"{role}-{each}"} for each in channels],
            "source": source,
            "default": True,
        }
        for role, channels in _CHANNELS.items()
    ]
    return yaml.safe_dump(pack, allow_unicode=True, sort_keys=False)
