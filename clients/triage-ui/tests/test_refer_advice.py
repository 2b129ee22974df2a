"""What intake refused of a referral, or names in it, stands beside the box that was asked."""

import pytest

from triage_ui.drafts.model import Fields
from triage_ui.pages.refer.body import find_asked
from triage_ui.pages.refer.form.children import CHILDREN
from triage_ui.pages.refer.problems import forgotten, mistakes_on, settled, troubles_of, with_refusal
from triage_ui.pages.refer.tasks import summary_of
from triage_ui.pages.refer.written import (
    all_places,
    find_place,
    with_entry,
    without_entry,
)
from triage_ui.services.caller import FieldProblem


@pytest.mark.parametrize(
    ("pointer", "path", "box"),
    [
        ("/referrer/phone", "you/you", "referrer/phone"),
        ("/concern/facts", "concern/facts", "concern/facts"),
        ("/children/0/first_name", "children/1/name", "first_name"),
        ("/children/0/addresses", "children/1/home", "addresses/0/lines"),
        ("/children/0/addresses/0/lines/3", "children/1/home", "addresses/0/lines"),
        ("/children/1/expected_date_of_birth", "children/4/birth", "expected_date_of_birth"),
        ("/concern/types/2", "concern/types", "concern/types"),
        ("/concern/fgm", "circumstances/fgm", "concern/fgm/knowledge"),
    ],
)
def test_what_intake_names_leads_to_the_box_also_when_nothing_was_written_there(
    pointer: str, path: str, box: str
) -> None:
    fields: Fields = {}
    for _ in range(4):
        fields, _ = with_entry(fields, CHILDREN)
    fields = without_entry(without_entry(fields, CHILDREN, 2), CHILDREN, 3)

    asked = find_asked(fields, pointer)

    assert asked is not None
    assert (asked.place.path, asked.box.path) == (path, box)


@pytest.mark.parametrize("pointer", ["/children", "/nowhere", "", "/children/9/first_name"])
def test_what_no_page_asks_for_leads_nowhere(pointer: str) -> None:
    assert find_asked({}, pointer) is None


def test_what_was_refused_stays_with_its_box_while_entries_come_and_go_until_it_is_written_again() -> None:
    fields: Fields = {}
    for _ in range(2):
        fields, _ = with_entry(fields, CHILDREN)
    errors = [
        FieldProblem("/children/1/first_name", "Give the child's name."),
        FieldProblem("/children/0/first_name", "Give the first child's name."),
        FieldProblem("/nowhere", "Something # else."),
    ]
    fields = with_refusal(fields, errors)
    second = find_place(CHILDREN, 2, "name", fields)
    assert second is not None

    fields = forgotten(without_entry(fields, CHILDREN, 1), CHILDREN, 1)

    assert mistakes_on(fields, second) == {"first_name": "Give the child's name."}
    assert [one.advice for one in troubles_of(fields)] == ["Give the child's name."]
    assert troubles_of(settled(fields, second)) == []


def test_a_day_that_is_none_is_said_so_as_it_was_asked_and_everything_names_whose_question_it_is() -> None:
    fields, _ = with_entry({}, CHILDREN)
    born = dict(zip(("day", "month", "year"), (["31"], ["2"], ["2017"]), strict=True))
    fields |= {f"children/1/date_of_birth-{part}": value for part, value in born.items()}
    errors = [
        FieldProblem("/children/0/date_of_birth", "Send a date of the calendar, such as 2026-03-02"),
        FieldProblem("/children/0/expected_date_of_birth", "Never both."),
        FieldProblem("/referrer/phone", "Give one."),
    ]

    assert summary_of(with_refusal(fields, errors)) == [
        (
            "/children/1/birth#date_of_birth-day",
            "Child 1, date of birth: Write a day that there is, with its month and year in numbers",
        ),
        (
            "/children/1/birth#expected_date_of_birth-day",
            "Child 1, if the child is not born yet: when is the birth expected: Never both.",
        ),
        ("/you/you#referrer-phone", "Phone number: Give one."),
    ]


def test_an_advice_that_belongs_to_no_page_is_shown_until_something_is_written() -> None:
    fields = with_refusal({}, [FieldProblem("/nowhere", "Something # else.")])

    assert [(one.advice, one.address) for one in troubles_of(fields)] == [("Something # else.", "#tasks")]
    assert troubles_of(settled(fields, next(iter(all_places({}))))) == []
