"""Which version applies: to what begins now, and to what has begun before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pack_versions import noon, version, wandsworth

from contracts.codes import Outcome
from policy.clocks import Clock
from policy.pack import Pack
from policy.packs import Began, NoneInForce, NotServed, Packs
from policy.rules import Feedback, OutcomeRule
from policy.working_time import LONDON

FIRST, LAST_DAY, NEXT = date(2026, 11, 1), date(2027, 3, 31), date(2027, 4, 1)
BEFORE, DURING, AFTER = noon(date(2026, 10, 31)), noon(date(2026, 12, 1)), noon(date(2027, 5, 3))
HOUSING, TEAM, NEW_TEAM = "wandsworth-housing", "wandsworth-macpt", "wandsworth-family-protection"


def ended() -> Packs:
    return Packs([version(FIRST, LAST_DAY)])


def successor() -> Pack:
    """The next version: housing and the child protection team are gone, another team and role are there."""
    old = wandsworth()
    moved = old.get_team(TEAM).model_copy(
        update={"code": NEW_TEAM, "role": "family-protection-member", "accept_clock": "handover-protection"}
    )
    return version(
        NEXT,
        agencies=tuple(agency for agency in old.agencies if agency.code != HOUSING),
        teams=(*(team for team in old.teams if team.code != TEAM), moved),
        outcomes=tuple(_handed_to_the_new_team(rule) for rule in old.outcomes),
        roles={**old.roles, "family-protection-member": "Member of the family protection team"},
        clocks=(
            *(_twice_as_long(clock) for clock in old.clocks),
            old.get_clock("handover-early-help").model_copy(update={"name": "handover-protection"}),
        ),
    )


def _handed_to_the_new_team(rule: OutcomeRule) -> OutcomeRule:
    return rule.model_copy(update={"team": NEW_TEAM}) if rule.team == TEAM else rule


def _twice_as_long(clock: Clock) -> Clock:
    return clock.model_copy(update={"duration": clock.duration * 2})


def replaced() -> Packs:
    return Packs([version(FIRST, LAST_DAY), successor()])


# -- what begins now ------------------------------------------------------------------------------------------------


def test_what_begins_now_is_under_the_version_of_the_day() -> None:
    packs = replaced()

    assert packs.in_force("wandsworth", at=DURING).effective_from == FIRST
    assert packs.in_force("wandsworth", at=AFTER).effective_from == NEXT


def test_a_version_changes_at_local_midnight() -> None:
    packs = replaced()
    last_moment = datetime(2027, 3, 31, 23, 59, 59, tzinfo=LONDON)

    begins = [packs.in_force("wandsworth", at=at).effective_from for at in (last_moment, last_moment + _A_SECOND)]

    assert begins == [FIRST, NEXT]


_A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_nothing_begins_before_the_first_version_or_after_the_last(at: datetime) -> None:
    with pytest.raises(NoneInForce):
        ended().in_force("wandsworth", at=at)


@pytest.mark.parametrize("at", [BEFORE, DURING, AFTER])
def test_a_partnership_without_a_pack_is_not_served_whatever_is_asked(at: datetime) -> None:
    packs = ended()

    for ask in (
        lambda: packs.in_force("nowhere", at=at),
        lambda: packs.newest("nowhere", at=at),
        lambda: packs.governing("nowhere", began=Began(at), at=at),
        lambda: packs.versions("nowhere"),
    ):
        with pytest.raises(NotServed):
            ask()
    assert packs.find_feedback("nowhere", "being-acted-on", at=at) is None


def test_what_begins_under_a_new_version_knows_no_body_that_it_left_out() -> None:
    pack = replaced().in_force("wandsworth", at=AFTER)

    assert pack.find_agency(HOUSING) is None
    assert [team.code for team in pack.teams if team.code == TEAM] == []


# -- what has begun -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packs", [ended(), replaced()], ids=["ended", "replaced"])
def test_what_has_begun_goes_on_under_its_version_when_that_has_ended_or_was_replaced(packs: Packs) -> None:
    under = packs.in_force("wandsworth", at=DURING)

    governing = packs.governing("wandsworth", began=Began(DURING), at=AFTER)

    assert governing.version_id == under.version_id
    assert governing.get_clock("decision") == under.get_clock("decision")
    assert governing.calendar == under.calendar
    assert [rule.authorised_by for rule in governing.outcomes] == [rule.authorised_by for rule in under.outcomes]


def test_the_version_that_is_named_counts_before_the_day() -> None:
    first, _ = (pack.version_id for pack in replaced().versions("wandsworth"))

    governing = replaced().governing("wandsworth", began=Began(AFTER, first), at=AFTER)

    assert governing.version_id == first


def test_a_version_that_is_not_known_any_more_falls_back_to_that_of_the_day_it_began() -> None:
    governing = replaced().governing("wandsworth", began=Began(DURING, "wandsworth-0123456789ab"), at=AFTER)

    assert governing.effective_from == FIRST


def test_what_began_outside_every_version_goes_on_under_the_nearest_before_or_else_the_first() -> None:
    assert ended().governing("wandsworth", began=Began(BEFORE), at=AFTER).effective_from == FIRST
    assert ended().governing("wandsworth", began=Began(AFTER), at=AFTER).effective_from == FIRST


_FIRST_MOMENT, _LAST_MOMENT = (at.replace(tzinfo=UTC) for at in (datetime.min, datetime.max))  # noqa: DTZ901


@pytest.mark.parametrize(("at", "begins"), [(_FIRST_MOMENT, FIRST), (_LAST_MOMENT, NEXT)])
def test_a_beginning_at_the_end_of_time_has_a_version_too(at: datetime, begins: date) -> None:
    """Messages say when something began, and a wrong one must not stop a service that reads it."""
    pack = replaced().governing("wandsworth", began=Began(at), at=AFTER)

    assert pack.effective_from == begins


def test_bodies_that_a_newer_version_left_out_are_still_found_and_new_ones_are_too() -> None:
    pack = replaced().governing("wandsworth", began=Began(DURING), at=AFTER)

    assert pack.find_agency(HOUSING) is not None
    assert {TEAM, NEW_TEAM} <= {team.code for team in pack.teams}
    assert "family-protection-member" in pack.roles
    assert pack.get_clock(pack.get_team(NEW_TEAM).accept_clock).name == "handover-protection"


def test_a_child_decided_now_is_handed_to_the_team_that_there_is_today() -> None:
    before = replaced().governing("wandsworth", began=Began(DURING), at=DURING)
    after = replaced().governing("wandsworth", began=Began(DURING), at=AFTER)

    teams = [pack.get_outcome(Outcome.STRATEGY_DISCUSSION).team for pack in (before, after)]

    assert teams == [TEAM, NEW_TEAM]


def test_a_body_is_as_the_newest_version_that_names_it_says() -> None:
    renamed = wandsworth().get_team(TEAM).model_copy(update={"role": "family-protection-member"})
    others = tuple(team for team in wandsworth().teams if team.code != TEAM)
    packs = Packs([version(FIRST, LAST_DAY), version(NEXT, teams=(*others, renamed))])

    roles = [packs.governing("wandsworth", began=Began(DURING), at=at).get_team(TEAM).role for at in (DURING, AFTER)]

    assert roles == ["macpt-member", "family-protection-member"]


def test_a_team_that_nobody_follows_still_receives_children_of_older_cases() -> None:
    """Without a team a case would close with nobody having the child."""
    old = wandsworth()
    unhanded = tuple(rule.model_copy(update={"team": None}) for rule in old.outcomes)
    packs = Packs([version(FIRST, LAST_DAY), version(NEXT, teams=(), outcomes=unhanded)])

    governing = packs.governing("wandsworth", began=Began(DURING), at=AFTER)

    assert governing.get_outcome(Outcome.STRATEGY_DISCUSSION).team == TEAM


@pytest.mark.parametrize("followed", [False, True])
def test_a_rule_that_was_to_begin_after_its_version_ended_never_applies(followed: bool) -> None:
    clocks = wandsworth().clocks
    planned = clocks[0].model_copy(update={"duration": 9, "effective_from": date(2027, 4, 2)})
    first = version(FIRST, None if followed else LAST_DAY, clocks=(*clocks, planned))
    packs = Packs([first, version(NEXT)] if followed else [first])

    assert packs.governing("wandsworth", began=Began(DURING), at=AFTER).get_clock("decision") == clocks[0]


# -- what has no beginning ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [BEFORE, DURING, AFTER])
def test_the_newest_pack_is_there_whenever_one_is(at: datetime) -> None:
    assert ended().newest("wandsworth", at=at).effective_from == FIRST


def test_the_newest_pack_still_knows_whom_earlier_versions_named() -> None:
    pack = replaced().newest("wandsworth", at=AFTER)

    assert pack.effective_from == NEXT
    assert pack.find_agency(HOUSING) is not None
    assert {TEAM, NEW_TEAM} <= {team.code for team in pack.teams}


def test_a_version_that_has_not_begun_is_not_known_yet() -> None:
    pack = replaced().newest("wandsworth", at=DURING)

    assert NEW_TEAM not in {team.code for team in pack.teams}


def test_feedback_is_in_the_newest_words_and_in_old_ones_where_there_are_no_newer() -> None:
    kept, dropped = "being-acted-on", "nothing-more"
    texts = {kept: "We act on it (old).", dropped: "Nothing more (old)."}
    old = version(FIRST, LAST_DAY, outcomes=_saying(texts))
    new = version(NEXT, outcomes=_saying({kept: "We act on it (new)."}))
    packs = Packs([old, new])

    assert packs.find_feedback("wandsworth", kept, at=AFTER) == "We act on it (new)."
    assert packs.find_feedback("wandsworth", dropped, at=AFTER) == "Nothing more (old)."
    assert packs.find_feedback("wandsworth", kept, at=DURING) == "We act on it (old)."
    assert packs.find_feedback("wandsworth", "never-said", at=AFTER) is None


def _saying(texts: dict[str, str]) -> tuple[OutcomeRule, ...]:
    said = [Feedback(key=key, text=text) for key, text in texts.items()]
    rules = wandsworth().outcomes
    spoken = [rule.model_copy(update={"feedback": each}) for rule, each in zip(rules, said, strict=False)]
    silent = [rule.model_copy(update={"feedback": None}) for rule in rules[len(said) :]]
    return (*spoken, *silent)


# -- versions that do not fit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("begins", [FIRST, date(2027, 3, 31), date(2027, 4, 2)])
def test_versions_that_do_not_fit_together_make_no_packs(begins: date) -> None:
    with pytest.raises(ValueError, match="no version, or more than one"):
        Packs([version(FIRST, LAST_DAY), version(begins)])
