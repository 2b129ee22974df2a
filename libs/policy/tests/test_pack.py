"""Packs in use: versions, rules that change with time, lookups, suggestions and running clocks."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from contracts.codes import ConcernType, Outcome, Rating
from policy.clocks import Clock
from policy.pack import Facts, NoSuchRule, Pack
from policy.testing import packs_of
from policy.working_time import Unit

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = datetime(2027, 4, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs_of(PARTNERSHIPS)["warwickshire"]


def with_clock(pack: Pack, **changes: object) -> Pack:
    """The pack with a second version of its decision clock."""
    clock = pack.clocks[0].model_copy(update=changes)
    return Pack.model_validate(pack.model_dump() | {"clocks": [*pack.model_dump()["clocks"], clock.model_dump()]})


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_a_version_id_does_not_change_with_comments_or_the_order_of_keys(pack: Pack, tmp_path: Path) -> None:
    text = (PARTNERSHIPS / "warwickshire.yaml").read_text(encoding="utf-8")
    head, name_and_rest = text.split("name: Warwickshire", 1)
    name, rest = name_and_rest.split("\n", 1)
    same = tmp_path / "warwickshire.yaml"
    same.write_text(f"{head}# moved\n{rest}\nname: Warwickshire{name}\n", encoding="utf-8")

    assert packs_of(tmp_path)["warwickshire"].version_id == pack.version_id


def test_a_version_id_does_not_change_when_a_default_is_spelled_out(pack: Pack) -> None:
    spelled_out = Pack.model_validate(pack.model_dump())

    assert spelled_out.version_id == pack.version_id


def test_any_change_of_a_rule_changes_the_version_id(pack: Pack) -> None:
    changed = with_clock(pack, duration=2, effective_from=date(2027, 1, 1))

    assert changed.version_id != pack.version_id
    assert changed.version_id.startswith("warwickshire-")


def test_a_pack_cannot_be_changed_in_use(pack: Pack) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        pack.name = "Another"  # type: ignore[misc]


def test_the_latest_version_of_a_rule_in_force_applies_and_the_version_id_stays(pack: Pack) -> None:
    changing = with_clock(pack, duration=3, effective_from=date(2027, 1, 1))

    durations = [changing.as_of(at).get_clock("decision").duration for at in (NOW, LATER)]

    assert durations == [1, 3]
    assert changing.as_of(LATER).version_id == changing.version_id


def test_a_rule_begins_at_local_midnight(pack: Pack) -> None:
    changing = with_clock(pack, duration=3, effective_from=date(2027, 6, 1))
    just_before, just_after = london("2027-05-31 23:59"), london("2027-06-01 00:00")

    durations = [changing.as_of(at).get_clock("decision").duration for at in (just_before, just_after)]

    assert durations == [1, 3]


def test_a_clock_for_the_rating_is_preferred_to_the_one_for_any(pack: Pack) -> None:
    assert pack.get_clock("decision", rating=Rating.RED).unit is Unit.ELAPSED_HOURS
    assert pack.get_clock("decision", rating=Rating.GREEN).unit is Unit.WORKING_DAYS
    assert pack.get_clock("decision").unit is Unit.WORKING_DAYS


def test_what_the_pack_does_not_hold_is_said(pack: Pack) -> None:
    with pytest.raises(NoSuchRule, match="no clock tea-break"):
        pack.get_clock("tea-break")
    with pytest.raises(NoSuchRule, match="no rule for nobody"):
        pack.get_team("nobody")
    with pytest.raises(NoSuchRule, match="no feedback nothing"):
        pack.feedback_text("nothing")
    assert pack.find_agency("nobody") is None


def test_agencies_are_asked_by_rating(pack: Pack) -> None:
    asked = {rating: [agency.code for agency in pack.asked_at(rating)] for rating in Rating}

    assert asked[Rating.BLUE] == []
    assert "warwickshire-police" in asked[Rating.RED]
    assert "warwickshire-police" not in asked[Rating.GREEN]
    assert "warwickshire-mash" not in asked[Rating.RED]


def test_an_outcome_knows_its_team_and_what_the_referrer_is_told(pack: Pack) -> None:
    rule = pack.get_outcome(Outcome.STRATEGY_DISCUSSION)

    assert rule.team == "warwickshire-macpt"
    assert rule.feedback is not None
    assert "cannot say more" in pack.feedback_text(rule.feedback.key)
    assert pack.get_team("warwickshire-macpt").accept_clock == "handover-child-protection"


@pytest.mark.parametrize(
    ("facts", "rating", "reasons"),
    [
        (Facts((), immediate_danger=True, repeat=True, unborn=False), Rating.RED, ["immediate-danger"]),
        (
            Facts((ConcernType.FGM,), immediate_danger=True, repeat=False, unborn=False),
            Rating.RED,
            ["immediate-danger", "concern-type"],
        ),
        (
            Facts((ConcernType.CHILD_DEATH,), immediate_danger=False, repeat=False, unborn=False),
            Rating.RED,
            ["concern-type"],
        ),
        (
            Facts((ConcernType.NEGLECT,), immediate_danger=False, repeat=True, unborn=False),
            Rating.AMBER,
            ["concern-type", "repeat"],
        ),
        (
            Facts((ConcernType.PRE_BIRTH,), immediate_danger=False, repeat=False, unborn=True),
            Rating.AMBER,
            ["unborn"],
        ),
        (
            Facts((ConcernType.BULLYING,), immediate_danger=False, repeat=False, unborn=False),
            Rating.GREEN,
            ["default"],
        ),
    ],
)
def test_the_most_urgent_rating_is_suggested_with_every_reason_that_leads_to_it(
    pack: Pack, facts: Facts, rating: Rating, reasons: list[str]
) -> None:
    suggestion = pack.suggest(facts)

    assert suggestion.rating is rating
    assert list(suggestion.reasons) == reasons
    assert len(suggestion.texts) == len(reasons)


def test_a_running_clock_tells_people_in_order_and_ends_when_due(pack: Pack) -> None:
    start = london("2026-11-20 12:00")
    clock = pack.get_clock("decision")

    steps = clock.steps(pack.calendar, start)

    assert [(step.share, step.at) for step in steps] == [
        (0.5, london("2026-11-23 10:30")),
        (0.75, london("2026-11-23 14:00")),
        (1.0, london("2026-11-23 17:30")),
    ]
    assert steps[-1].at == clock.due_at(pack.calendar, start)
    assert steps[-1].tell == ("mash-manager", "head-of-service")


def clock_of(pack: Pack, **changes: object) -> Clock:
    return Clock.model_validate(pack.get_clock("decision", rating=Rating.RED).model_dump() | changes)


def test_working_hours_that_run_out_of_hours_begin_at_opening_and_do_not_stop_at_closing(pack: Pack) -> None:
    clock = clock_of(pack, unit="working_hours")

    received_in_hours = clock.due_at(pack.calendar, london("2026-11-20 16:00"))
    received_on_saturday = clock.due_at(pack.calendar, london("2026-11-21 16:00"))

    assert received_in_hours == london("2026-11-20 20:00")
    assert received_on_saturday == london("2026-11-23 12:30")


def test_twenty_four_hours_and_one_working_day_are_a_choice_of_the_pack(pack: Pack) -> None:
    friday = london("2026-11-20 16:00")

    dues = [
        clock_of(pack, duration=24).due_at(pack.calendar, friday),
        clock_of(pack, duration=1, unit="working_days", runs_out_of_hours=False).due_at(pack.calendar, friday),
    ]

    assert dues == [london("2026-11-21 16:00"), london("2026-11-23 17:30")]


def test_extra_bank_holidays_and_closures_move_due_times(pack: Pack) -> None:
    content = pack.model_dump()
    content["service"]["extra_bank_holidays"] = [{"day": "2026-11-23", "reason": "A royal occasion"}]
    content["service"]["closures"] = [{"day": "2026-11-24", "reason": "Flooded"}]
    closed = Pack.model_validate(content)

    due_at = closed.get_clock("decision").due_at(closed.calendar, london("2026-11-20 16:00"))

    assert due_at == london("2026-11-25 17:30")
    assert due_at - pack.get_clock("decision").due_at(pack.calendar, london("2026-11-20 16:00")) == timedelta(days=2)
