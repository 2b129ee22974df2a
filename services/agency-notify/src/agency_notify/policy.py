"""What a partnership's pack says about notices: who may have one, by which channels, and by when it is opened. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from agency_notify.model import Endpoint
from contracts.codes import Channel, Rating
from contracts.events import EditionFacts
from policy.clocks import Clock
from policy.pack import Facts, NoSuchRule, Pack
from policy.rules import Agency, Team

LAST_RESORT_ROLE: Final = "mash-manager"
_OPENING: Final = "notice-open"


def is_entitled(agency: str, pack: Pack) -> bool:
    """Whether the pack names an agency or team; asked when a notice is queued and again when it is sent."""
    return _body(agency, pack) is not None


def name_of(agency: str, pack: Pack) -> str:
    """What people call an agency or team; its code when the pack no longer names it."""
    body = _body(agency, pack)
    return body.name if body is not None else agency


def find_feedback(pack: Pack, key: str) -> str | None:
    """The sentence for a referrer that the pack calls safe."""
    try:
        return pack.feedback_text(key)
    except NoSuchRule:
        return None


def hub_of(pack: Pack) -> str:
    """The agency code of the partnership's own front door, whose staff hold the roles that no team has."""
    return f"{pack.partnership}-mash"


def recipient_of_role(role: str, pack: Pack) -> str:
    """Where the people of a role are: the team that has it, else the hub."""
    return next((team.code for team in pack.teams if team.role == role), hub_of(pack))


def recipients(named: Iterable[str], pack: Pack) -> dict[str, tuple[str, ...]]:
    """Each recipient once, with the roles meant: the body of that code, a team that has the role, else the hub."""
    found: dict[str, tuple[str, ...]] = {}
    for name in named:
        if is_entitled(name, pack):
            found.setdefault(name, ())
            continue
        for recipient in [team.code for team in pack.teams if team.role == name] or [hub_of(pack)]:
            found[recipient] = (*found.get(recipient, ()), name)
    return found


def escalation_role(pack: Pack) -> str:
    """The role that is notified first when a notice does not arrive."""
    clock = _opening_clock(pack, None)
    if clock is None:
        return LAST_RESORT_ROLE
    return next((step.tell[0] for step in clock.warn_at if step.share >= 1), LAST_RESORT_ROLE)


def open_by(pack: Pack, now: datetime, due_at: datetime, rating: Rating | None) -> datetime:
    """When an unopened notice is escalated: by the pack's clock, and never later than the step itself is due."""
    opening = opening_due_at(pack, now, rating)
    return due_at if opening is None else min(due_at, opening)


def opening_due_at(pack: Pack, now: datetime, rating: Rating | None) -> datetime | None:
    """When a notice about a case of this rating should have been opened; None when the pack sets no time."""
    clock = _opening_clock(pack, rating)
    return None if clock is None else clock.due_at(pack.calendar, now)


def more_urgent(rating: Rating | None, said: EditionFacts | None, pack: Pack) -> Rating | None:
    """The known rating of a case, or the one that the pack suggests for what its referral says, if that is more urgent.

    The known rating when an event does not say what the referral says as a whole.
    """
    if said is None:
        return rating
    suggested = pack.suggest(Facts.of(said)).rating
    return min(rating or suggested, suggested, key=tuple(Rating).index)


def promised_channels(agency: str, roles: Collection[str], pack: Pack) -> frozenset[Channel]:
    """The channels that the pack names for those who are meant, whether or not an endpoint was set.

    A role with channels of its own is reached by those, every other one by those of its agency.
    """
    of_roles = [pack.channels_of_role(role) for role in roles]
    body = _body(agency, pack)
    of_agency = tuple(named.channel for named in body.channels) if body is not None else ()
    chosen = [own or of_agency for own in of_roles] or [of_agency]
    return frozenset(channel for channels in chosen for channel in channels)


def reach(endpoints: Sequence[Endpoint], agency: str, roles: Collection[str]) -> Sequence[Endpoint]:
    """Of the endpoints of an agency and its roles those by which everyone who is meant is reached, each once.

    A role with endpoints of its own is reached by those, every other one by those of the agency.
    """
    ours = [endpoint for endpoint in endpoints if endpoint.agency == agency]
    own = {endpoint.role for endpoint in ours}
    wanted = {role if role in own else None for role in roles} or {None}
    return [endpoint for endpoint in ours if endpoint.role in wanted]


def _body(code: str, pack: Pack) -> Agency | Team | None:
    bodies: tuple[Agency | Team, ...] = (*pack.agencies, *pack.teams)
    return next((body for body in bodies if body.code == code), None)


def _opening_clock(pack: Pack, rating: Rating | None) -> Clock | None:
    try:
        return pack.get_clock(_OPENING, rating=rating)
    except NoSuchRule:
        return None
