"""What a partnership's pack says about notices: who may have one, by which channels, and by when it is opened. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from contracts.codes import Channel
from contracts.events import NoticeOpened
from policy.clocks import Clock
from policy.pack import NoSuchRule, Pack
from policy.rules import Agency, Team

LAST_RESORT_ROLE: Final = "mash-manager"


def is_entitled(agency: str, pack: Pack) -> bool:
    """Whether the pack names an agency or team; asked when a notice is queued and again when it is sent."""
    return pack.find_agency(agency) is not None or any(team.code == agency for team in pack.teams)


def promised_channels(agency: str, pack: Pack) -> tuple[Channel, ...]:
    """The channels the pack names for an agency or team, whether or not an endpoint was set."""
    bodies: tuple[Agency | Team, ...] = (*pack.agencies, *pack.teams)
    return tuple(named.channel for body in bodies if body.code == agency for named in body.channels)


def find_feedback(pack: Pack, key: str) -> str | None:
    """The sentence for a referrer that the pack calls safe."""
    try:
        return pack.feedback_text(key)
    except NoSuchRule:
        return None


def hub_of(pack: Pack) -> str:
    """The agency code of the partnership's own front door, which staff roles are told through."""
    return f"{pack.partnership}-mash"


def escalation_role(pack: Pack) -> str:
    """Who is told that a notice was not taken or not opened in time."""
    clock = _opening_clock(pack)
    if clock is None:
        return LAST_RESORT_ROLE
    return next((step.tell[0] for step in clock.warn_at if step.share >= 1), LAST_RESORT_ROLE)


def recipients(named: Iterable[str], pack: Pack) -> dict[str, tuple[str, ...]]:
    """Each recipient once, with the roles meant: whoever bears the code, a team that has the role, else the hub."""
    found: dict[str, tuple[str, ...]] = {}
    for name in named:
        if is_entitled(name, pack):
            found.setdefault(name, ())
            continue
        for recipient in [team.code for team in pack.teams if team.role == name] or [hub_of(pack)]:
            found[recipient] = (*found.get(recipient, ()), name)
    return found


def open_by(pack: Pack, now: datetime, due_at: datetime) -> datetime:
    """When an unopened notice is escalated: by the pack's clock, and never later than the step itself is due."""
    opening = opening_due_at(pack, now)
    return due_at if opening is None else min(due_at, opening)


def opening_due_at(pack: Pack, now: datetime) -> datetime | None:
    clock = _opening_clock(pack)
    return None if clock is None else clock.due_at(pack.calendar, now)


def _opening_clock(pack: Pack) -> Clock | None:
    return next((clock for clock in pack.clocks if clock.stops == NoticeOpened.TYPE), None)
