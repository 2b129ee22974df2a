"""Every day that a form tells of: one that cannot have been is asked for again, by name, by its place and with why."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any, Final

import pytest
from intake_examples import TODAY, agreement, form
from pydantic import BaseModel

from contracts.codes import MissingItem
from referral_intake import decide
from referral_intake.decide import pointing
from referral_intake.fhir.shapes import Shape, shape_of
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.facts.written_days import written_day
from referral_intake.form.part import FormPart
from referral_intake.model import Missing

Json = dict[str, Any]

TO_COME: Final = "This day is still to come."
BEFORE_BIRTH: Final = "This is before the birth."
ENDS_FIRST: Final = "This is before it began."
DATED: Final = frozenset(
    {
        MissingItem.CONTRADICTORY_DATES,
        MissingItem.EXPECTED_DATE_PASSED,
        MissingItem.FUTURE_DATE_OF_BIRTH,
        MissingItem.IMPLAUSIBLE_DATE,
    }
)
MOTHER: Final[Json] = form()["household"][0]
CHILD: Final[Json] = form()["children"][0]


def noted(**changes: Any) -> list[Missing]:
    """What is wrong with the days of the example with these changes; the child was born on 4 May 2017."""
    facts = facts_of(ReferralForm.model_validate(form(**changes)))
    return [missing for missing in decide.missing_items(facts, today=TODAY) if missing.item in DATED]


def concern(**changes: Any) -> Json:
    return {"concern": {**form()["concern"], **changes}}


def member(**changes: Any) -> Json:
    return {"household": [{**MOTHER, **changes}]}


def child(**changes: Any) -> Json:
    return {"children": [{**CHILD, **changes}]}


def lived(name: str, start: str | None, end: str | None, kind: str = "home") -> Json:
    return {name: [{"lines": ["1 Invented Way"], "kind": kind, "lived_from": start, "lived_until": end}]}


CONTRADICTIONS: Final = [
    (child(**lived("addresses", "2027-01-01", None)), "/children/0/addresses/0/lived_from", TO_COME),
    (child(**lived("addresses", "2016-01-01", None)), "/children/0/addresses/0/lived_from", BEFORE_BIRTH),
    (child(**lived("addresses", None, "2016-01-01")), "/children/0/addresses/0/lived_until", BEFORE_BIRTH),
    (child(**lived("addresses", "2020-02-01", "2020-01-31")), "/children/0/addresses/0/lived_until", ENDS_FIRST),
    (child(**lived("addresses", None, "2027-01-01", "previous")), "/children/0/addresses/0/lived_until", TO_COME),
    (child(voice={"words": "No.", "gathered_on": "2016-01-01"}), "/children/0/voice/gathered_on", BEFORE_BIRTH),
    ({"child_voice": {"words": "No.", "gathered_on": "2026-11-24"}}, "/child_voice/gathered_on", TO_COME),
    (member(date_of_birth="2026-11-24"), "/household/0/date_of_birth", TO_COME),
    (member(date_of_birth="1900-01-01"), "/household/0/date_of_birth", "This is longer ago than anybody lives."),
    (member(date_of_birth="2017-05-04"), "/household/0/date_of_birth", "This is not before the child was born."),
    (
        member(relationship="aunt", role="grandparent", date_of_birth="2018-01-01"),
        "/household/0/date_of_birth",
        "This is not before the child was born.",
    ),
    (
        member(relationship=None, towards_children=[{"child": 1, "role": "father"}], date_of_birth="2018-01-01"),
        "/household/0/date_of_birth",
        "This is not before the child was born.",
    ),
    (
        member(date_of_birth="1990-01-01", **lived("addresses", "1980-01-01", None)),
        "/household/0/addresses/0/lived_from",
        BEFORE_BIRTH,
    ),
    (member(**lived("addresses", None, "2027-01-01", "previous")), "/household/0/addresses/0/lived_until", TO_COME),
    (
        {"consent": {**form()["consent"], "to_checks": agreement(given_on="2027-06-01")}},
        "/consent/to_checks/given_on",
        TO_COME,
    ),
    (
        {"consent": {**form()["consent"], "to_checks": agreement(given_on="2015-06-01")}},
        "/consent/to_checks/given_on",
        "This is long before the birth.",
    ),
    ({"help_offered": [{"started_on": "2026-12-01"}]}, "/help_offered/0/started_on", TO_COME),
    ({"help_offered": [{"ended_on": "2026-12-01"}]}, "/help_offered/0/ended_on", TO_COME),
    (
        {"help_offered": [{"started_on": "2026-02-02", "ended_on": "2026-02-01"}]},
        "/help_offered/0/ended_on",
        ENDS_FIRST,
    ),
    ({"early_help": {"assessed_on": "2026-12-01"}}, "/early_help/assessed_on", TO_COME),
    ({"attachments": [{"held_at": "Here", "dated": "2026-12-01"}]}, "/attachments/0/dated", TO_COME),
    (
        {"risks_to_staff": [{"recorded_on": "2026-10-01", "review_on": "2026-09-01"}]},
        "/risks_to_staff/0/review_on",
        ENDS_FIRST,
    ),
    (concern(fgm={"police_reported_on": "2016-01-01"}), "/concern/fgm/police_reported_on", BEFORE_BIRTH),
    (concern(missing_episodes=[{"from_day": "2016-01-01"}]), "/concern/missing_episodes/0/from_day", BEFORE_BIRTH),
    (
        concern(missing_episodes=[{"from_day": "2026-11-20", "until_day": "2026-11-19"}]),
        "/concern/missing_episodes/0/until_day",
        ENDS_FIRST,
    ),
    (
        concern(private_fostering={"started_on": "2016-01-01"}),
        "/concern/private_fostering/started_on",
        BEFORE_BIRTH,
    ),
    (concern(private_fostering={"ends_on": "2016-01-01"}), "/concern/private_fostering/ends_on", BEFORE_BIRTH),
    (
        concern(private_fostering={"started_on": "2026-09-01", "ends_on": "2026-08-01"}),
        "/concern/private_fostering/ends_on",
        ENDS_FIRST,
    ),
    (
        concern(private_fostering=lived("carers_addresses", "2020-02-01", "2020-01-31")),
        "/concern/private_fostering/carers_addresses/0/lived_until",
        ENDS_FIRST,
    ),
    (concern(incidents=[{"what": "A fall", "when": "2026-12-24"}]), "/concern/incidents/0/when", TO_COME),
    (
        concern(incidents=[{"what": "A fall", "when": "24/12/2026 at"}, {"when": "24/12/2026"}]),
        "/concern/incidents/1/when",
        TO_COME,
    ),
    (concern(disclosure={"told_at": "2027-01-01T10:00:00Z"}), "/concern/disclosure/told_at", TO_COME),
    ({"professionals": [{"last_contact": "2026-12-01"}]}, "/professionals/0/last_contact", TO_COME),
    (
        {"professionals": [{"last_contact": "01/02/2016"}]},
        "/professionals/0/last_contact",
        "This is long before the birth.",
    ),
    (
        {"immediate_safety": {"next_contact_with_abuser": "2026-11-20"}},
        "/immediate_safety/next_contact_with_abuser",
        "This day is over.",
    ),
]


@pytest.mark.parametrize(("changes", "pointer", "why"), CONTRADICTIONS, ids=[each[1] for each in CONTRADICTIONS])
def test_a_day_that_cannot_have_been_is_asked_for_again_with_why(changes: Json, pointer: str, why: str) -> None:
    assert noted(**changes) == [Missing(MissingItem.CONTRADICTORY_DATES, pointer, why)]


@pytest.mark.parametrize(
    "changes",
    [
        child(**lived("addresses", "2017-05-04", "2027-01-01")),
        member(date_of_birth="2007-05-04"),
        member(relationship="brother", date_of_birth="2018-01-01"),
        member(role="step-parent", date_of_birth="2018-01-01"),
        member(role="mother", towards_children=[{"child": 1, "role": "step-parent"}], date_of_birth="2018-01-01"),
        {"consent": {**form()["consent"], "to_checks": agreement(given_on="2017-01-01")}},
        {"help_offered": [{"started_on": "2012-01-01", "ended_on": "2012-01-01"}]},
        {"risks_to_staff": [{"recorded_on": "2026-10-01", "review_on": "2027-10-01"}]},
        {"attachments": [{"held_at": "Here", "dated": "2010-12-01"}]},
        concern(private_fostering={"started_on": "2027-01-01", "ends_on": "2027-06-01"}),
        concern(incidents=[{"what": "A fall", "when": "on 2027-01-01, she says"}, {"when": "2026-11-23T23:30:00Z"}]),
        {"professionals": [{"last_contact": "Last week"}]},
        {"immediate_safety": {"next_contact_with_abuser": "2026-11-23"}},
    ],
)
def test_a_day_that_can_have_been_is_not_asked_for_again(changes: Json) -> None:
    assert noted(**changes) == []


@pytest.mark.parametrize(
    ("expected", "item"),
    [("2026-11-01", MissingItem.EXPECTED_DATE_PASSED), ("2027-12-01", MissingItem.IMPLAUSIBLE_DATE)],
)
def test_an_unborn_member_of_the_household_is_due_when_a_pregnancy_can_be(expected: str, item: MissingItem) -> None:
    found = noted(household=[MOTHER, {"relationship": "unborn sister", "expected_date_of_birth": expected}])

    assert found == [Missing(item, "/household/1/expected_date_of_birth")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        (" 2026-11-20 09:30 ", date(2026, 11, 20)),
        ("2026-06-22T23:30:00Z", date(2026, 6, 23)),
        ("20/11/2026", date(2026, 11, 20)),
        ("3/4/2026 10:00", date(2026, 4, 3)),
        ("20.11.26", date(2026, 11, 20)),
        ("20-11-1998", date(1998, 11, 20)),
        ("3/4/98", date(1998, 4, 3)),
        ("2026/11/20", date(2026, 11, 20)),
        ("20 November 2026", date(2026, 11, 20)),
        ("Friday 20th Nov 2026 at 3pm", date(2026, 11, 20)),
        ("the 1st of June 2026", date(2026, 6, 1)),
        ("November 20, 2026", date(2026, 11, 20)),
        ("\u200e20\u00a0November 2026", date(2026, 11, 20)),
        ("\uff12\uff10/11/2026", date(2026, 11, 20)),
        ("2026-10-25T00:30:00+01:00", date(2026, 10, 25)),
        ("2026-06-22T24:10:00", date(2026, 6, 22)),
        ("1-2 weeks ago", None),
        ("20 November", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-11-20 or the day after", None),
        ("Monday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_whole_date_in_a_field_of_words_is_a_day(text: str | None, day: date | None) -> None:
    assert written_day(text) == day


@pytest.mark.parametrize(
    "text", ["2026-02-30", "29/02/2027", "11/20/2026", "31 June 2026", "29 February 2025", "30.02.26"]
)
def test_a_day_that_no_calendar_has_is_asked_for_again(text: str) -> None:
    found = noted(**concern(incidents=[{"what": "A fall", "when": text}]), professionals=[{"last_contact": text}])

    assert [(each.pointer, each.detail) for each in found] == [
        ("/concern/incidents/0/when", "No calendar has this day."),
        ("/professionals/0/last_contact", "No calendar has this day."),
    ]


@pytest.mark.parametrize(("born", "doubted"), [("2007-05-05", True), ("2007-05-04", False), ("2003-01-01", False)])
def test_a_parent_who_was_a_small_child_at_the_birth_is_asked_for_again(born: str, doubted: bool) -> None:
    assert bool(noted(**member(date_of_birth=born))) is doubted


@pytest.mark.parametrize(("weeks", "doubted"), [(38, True), (32, True), (28, False), (10, False)])
def test_a_pregnancy_that_is_further_along_than_its_expected_date_is_asked_for_again(weeks: int, doubted: bool) -> None:
    """Expected in twelve weeks: 28 weeks along, and three more where the date is of a scan."""
    unborn = {"description": "Unborn", "last_name": "Testerley", "expected_date_of_birth": "2027-02-15"}
    found = noted(children=[unborn], household=[], **concern(pre_birth={"gestation_weeks": weeks}))

    assert ("/concern/pre_birth/gestation_weeks" in [each.pointer for each in found]) is doubted


# -- all days of the form ---------------------------------------------------------------------------------------------


def day_fields(part: type[FormPart], steps: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field of the form that takes a day, as the steps of a pointer to its first place."""
    for name in part.model_fields:
        shape = shape_of(part, name)
        assert isinstance(shape, Shape)
        here = (*steps, name, "0") if shape.is_list or name == "risks_to_staff" else (*steps, name)
        if shape.is_day:
            yield here
        elif shape.part is not None and issubclass(shape.part, BaseModel):
            yield from day_fields(shape.part, here)


def with_day(steps: tuple[str, ...], day: str) -> Json:
    """The example with one more day."""
    content = deepcopy(form())
    place: Any = content
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        index = int(step) if isinstance(place, list) else step
        if isinstance(place, list) and len(place) == index:
            place.append({})
        if following is None:
            place[index] = day
        else:
            empty: Any = [] if following == "0" else {}
            if isinstance(place, dict) and (not place.get(str(index)) or isinstance(place.get(str(index)), str)):
                place[str(index)] = empty
            place = place[index]
    return content


@pytest.mark.parametrize("steps", sorted(day_fields(ReferralForm)), ids="/".join)
def test_every_day_of_the_form_is_asked_for_again_when_it_cannot_be_or_is_one_that_may_be_any(
    steps: tuple[str, ...],
) -> None:
    """Of years long ago and to come, at least one is impossible for every day that the form has."""
    pointer = pointing.pointer_of(steps)
    found: list[Missing] = []
    for day in ("0001-01-01", "1000-01-01", "2999-12-31", "9999-12-31"):
        content = with_day(steps, day)
        if steps[-1] == "expected_date_of_birth":
            content[steps[0]][int(steps[1])].pop("date_of_birth", None)
        facts = facts_of(ReferralForm.model_validate(content))
        found += decide.missing_items(facts, today=TODAY)

    assert [missing for missing in found if missing.item in DATED and missing.pointer == pointer]
