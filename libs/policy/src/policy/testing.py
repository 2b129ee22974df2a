"""For tests: the packs of a folder; Wandsworth's pack as it stands when it has ended, and when another follows it."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from policy.document import read
from policy.load import load_packs
from policy.pack import Pack

LEFT_OUT: Final = "metropolitan-police"
"""An agency that the next version does not name."""
TEAM_LEFT_OUT: Final = "wandsworth-macpt"
"""A team that the next version does not name."""
NEW_TEAM: Final = "wandsworth-protection"
NEW_ROLE: Final = "protection-member"
"""The team that receives its children instead, and the role of its members."""


def packs_of(folder: Path) -> dict[str, Pack]:
    """The first version of each partnership's pack, by partnership."""
    packs = load_packs(folder)
    return {partnership: packs.versions(partnership)[0] for partnership in packs.partnerships}


def write_ended(shipped: Path, folder: Path, *, last_day: date) -> Path:
    """A folder in which the shipped pack ends on ``last_day``, and nothing follows."""
    return _write(folder / "wandsworth.yaml", _data(shipped) | {"effective_until": last_day.isoformat()})


def write_replaced(shipped: Path, folder: Path, *, last_day: date) -> Path:
    """The same, and the next version follows: other bodies, other clocks, other keys of feedback."""
    write_ended(shipped, folder, last_day=last_day)
    begins = last_day + timedelta(days=1)
    return _write(folder / f"wandsworth.{begins}.yaml", _next(_data(shipped)) | {"effective_from": begins.isoformat()})


WRITERS: Final[Mapping[str, Callable[..., Path]]] = {"ended": write_ended, "replaced": write_replaced}


def _data(shipped: Path) -> dict[str, Any]:
    data = read((shipped / "wandsworth.yaml").read_text(encoding="utf-8")).data
    if not isinstance(data, dict):
        raise TypeError(f"{shipped} holds no pack of Wandsworth")
    return data


def _next(data: dict[str, Any]) -> dict[str, Any]:
    data["version"] = "next"
    data["roles"][NEW_ROLE] = "Member of the protection team"
    data["agencies"] = [agency for agency in data["agencies"] if agency["code"] != LEFT_OUT]
    for team in data["teams"]:
        if team["code"] == TEAM_LEFT_OUT:
            team |= {"code": NEW_TEAM, "role": NEW_ROLE}
    for outcome in data["outcomes"]:
        if outcome.get("team") == TEAM_LEFT_OUT:
            outcome["team"] = NEW_TEAM
        if outcome["feedback"]:
            outcome["feedback"]["key"] += "-again"
    for clock in data["clocks"]:
        clock["duration"] *= 2
    return data


def _write(path: Path, data: Mapping[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(dict(data), sort_keys=False), encoding="utf-8")
    return path.parent
