"""What began under one version goes on under its rules, among the agencies and teams that there are today."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from policy.clocks import Clock
from policy.pack import Pack
from policy.rules import Agency, OutcomeRule, Team

Body = TypeVar("Body", Agency, Team)


def completed(base: Pack, by: Sequence[Pack]) -> Pack:
    """The rules of ``base``, with the agencies, teams, roles and clocks of every version in ``by``.

    ``by`` is ordered, the newest first, and ``base`` is one of them. An agency or team is as the newest version that
    names it says; a clock is ``base``'s own, if it has one of that name. A team that the newest version does not name
    receives nobody any more: whom that version hands the outcome to receives the child.
    """
    if len(by) == 1:
        return base
    return base.having(
        agencies=_newest_of_each(pack.agencies for pack in by),
        teams=_newest_of_each(pack.teams for pack in by),
        roles={role: label for pack in reversed(by) for role, label in pack.roles.items()},
        clocks=_first_of_each_name((base, *by)),
        outcomes=tuple(_received_today(rule, by[0]) for rule in base.outcomes),
    )


def _newest_of_each(bodies: Iterable[tuple[Body, ...]]) -> tuple[Body, ...]:
    found: dict[str, Body] = {}
    for named in bodies:
        for body in named:
            found.setdefault(body.code, body)
    return tuple(found.values())


def _first_of_each_name(packs: Iterable[Pack]) -> tuple[Clock, ...]:
    """All clocks of the first pack, and from each that follows those with a name that none before it has."""
    found: dict[str, tuple[Clock, ...]] = {}
    for pack in packs:
        for name in {clock.name: None for clock in pack.clocks if clock.name not in found}:
            found[name] = tuple(clock for clock in pack.clocks if clock.name == name)
    return tuple(clock for named in found.values() for clock in named)


def _received_today(rule: OutcomeRule, newest: Pack) -> OutcomeRule:
    if rule.team is None or any(team.code == rule.team for team in newest.teams):
        return rule
    return rule.model_copy(update={"team": newest.get_outcome(rule.outcome).team or rule.team})
