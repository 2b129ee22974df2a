"""How fast a notice that nobody opened climbs, and by which channels a role is reached: pack data, checked on load."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from contracts.codes import Channel, Rating
from policy.escalation import EscalationPace, RoleChannels, Span
from policy.load import PackInvalid, load_packs
from policy.pack import Pack
from policy.rules import Endpoint
from policy.testing import packs_of
from policy.working_time import Unit

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"
PACKS = packs_of(PARTNERSHIPS)
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
PACE = "escalation_pace:\n"
every_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())


@every_pack
def test_each_rating_has_a_pace_and_the_red_one_does_not_stop_at_closing(pack: Pack) -> None:
    red, others = pack.get_pace(Rating.RED), {pack.get_pace(rating) for rating in Rating if rating is not Rating.RED}

    assert red.open_within.due_at(pack.calendar, FRIDAY) == FRIDAY + timedelta(hours=2)
    assert red.repeat_after.due_at(pack.calendar, FRIDAY) == FRIDAY + timedelta(hours=2)
    assert others == {pack.get_pace(None)}
    assert pack.get_pace(None).open_within.due_at(pack.calendar, FRIDAY).weekday() == 0


@every_pack
def test_no_partnership_is_said_to_publish_a_pace(pack: Pack) -> None:
    assert all(pace.default and pace.note for pace in pack.escalation_pace)


@every_pack
def test_a_notice_about_a_red_case_is_opened_sooner_and_out_of_hours(pack: Pack) -> None:
    red = pack.get_clock("notice-open", rating=Rating.RED)

    assert red.due_at(pack.calendar, FRIDAY) == FRIDAY + timedelta(hours=2)
    assert red.default


@every_pack
def test_the_ladder_rises_by_stage_whatever_the_order_of_the_file(pack: Pack) -> None:
    turned = pack.model_copy(update={"escalation": pack.escalation[::-1]})

    stages = [stage.stage for stage in turned.ladder]

    assert stages == sorted(stages) == list(range(1, len(pack.escalation) + 1))


def test_working_days_of_a_span_are_whole() -> None:
    with pytest.raises(ValueError, match="whole number of working days"):
        Span(duration=1.5, unit=Unit.WORKING_DAYS)


def test_a_role_has_the_channels_that_the_pack_names_for_it() -> None:
    named = RoleChannels(
        role="mash-manager", channels=(Endpoint(channel=Channel.EMAIL, endpoint="manager"),), source="merton-mash-guide"
    )
    pack = PACKS["wandsworth"].model_copy(update={"role_channels": (named,)})

    assert pack.channels_of_role("mash-manager") == (Channel.EMAIL,)
    assert pack.channels_of_role("head-of-service") == ()


def test_a_later_pace_applies_from_its_day() -> None:
    quick = Span(duration=1, unit=Unit.ELAPSED_HOURS)
    later = EscalationPace(
        open_within=quick, repeat_after=quick, source="merton-mash-guide", effective_from=date(2027, 1, 1)
    )
    pack = PACKS["wandsworth"]
    changing = pack.model_copy(update={"escalation_pace": (*pack.escalation_pace, later)})

    paces = [changing.as_of(at).get_pace(None) for at in (FRIDAY, FRIDAY + timedelta(days=60))]

    assert [pace.open_within for pace in paces] == [pack.get_pace(None).open_within, quick]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda text: text.split(PACE)[0] + "retention:" + text.split("\nretention:")[1],
            "escalation_pace: is missing",
        ),
        (
            lambda text: text.replace(f"{PACE}  - ", f"{PACE}  - effective_from: 2027-01-01\n    "),
            "escalation_pace: needs a rule that holds for any rating",
        ),
        (
            lambda text: text.replace("open_within: {duration: 6", "open_within: {duration: 0", 1),
            "open_within.duration: must be greater than 0",
        ),
        (
            lambda text: text.replace("open_within: {duration: 6, unit: working_hours", "open_within: {duration: 6", 1),
            "open_within.unit: is missing",
        ),
        (
            lambda text: text.replace(
                PACE, f"role_channels:\n  - {{role: nobody, channels: [], source: merton-mash-guide}}\n{PACE}"
            ),
            'no role is called "nobody"',
        ),
        (
            lambda text: text.replace("  - stage:", "  - effective_from: 2027-01-01\n    stage:"),
            "escalation: needs a stage that is in force from the start",
        ),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, edit: Callable[[str], str], message: str) -> None:
    path = tmp_path / "wandsworth.yaml"
    path.write_text(edit((PARTNERSHIPS / "wandsworth.yaml").read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(PackInvalid) as refused:
        load_packs(path.parent)

    assert any(message in str(mistake) for mistake in refused.value.mistakes), refused.value
