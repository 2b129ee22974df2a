"""The referral form: every box has its place in what intake takes, and every place leads back to its box."""

import json
from functools import cache
from typing import Any, Final

import jsonschema
import pytest

from contracts.codes import CODE_LISTS
from local_stack.checkout import ROOT
from triage_ui.drafts.model import Fields
from triage_ui.pages.refer import model
from triage_ui.pages.refer.body import body_of, find_asked
from triage_ui.pages.refer.form.children import CHILDREN
from triage_ui.pages.refer.form.model import Box, Kind
from triage_ui.pages.refer.form.people import PEOPLE
from triage_ui.pages.refer.form.whole import FORM, find_section
from triage_ui.pages.refer.tasks import groups_of, parts_of, unanswered
from triage_ui.pages.refer.written import (
    MOST_ENTRIES,
    Place,
    all_places,
    find_place,
    next_of,
    numbers_of,
    with_answers,
    with_entry,
    without_entry,
)

WORDS: Final = "अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x \N{CHILD} <b>no</b>"


@cache
def _schemas() -> dict[str, Any]:
    found = json.loads((ROOT / "docs" / "api" / "referral-intake.json").read_text())
    schemas: dict[str, Any] = found["components"]["schemas"]
    return schemas


def _answer(box: Box) -> dict[str, list[str]]:
    """Something that fits a box."""
    if box.kind is Kind.DAY:
        return dict(zip(box.names, (["4"], ["5"], ["2017"]), strict=True))
    if box.codes:
        codes = [code.value for code in CODE_LISTS[box.codes].codes]
        return {box.name: codes[:2] if box.kind is Kind.SEVERAL else codes[:1]}
    said = {Kind.YES_NO: "yes", Kind.NUMBER: "20", Kind.LINES: "12 Invented Street\n\nWandsworth"}
    return {box.name: [said.get(box.kind, "Words")]}


def _whole() -> Fields:
    """A form with two entries of each list and everything answered."""
    fields: Fields = {}
    for section in FORM:
        for _ in range(2 if section.entries else 0):
            fields, _ = with_entry(fields, section)
    for place in all_places(fields):
        given = {name: values for box in place.question.boxes for name, values in _answer(box).items()}
        fields = with_answers(fields, place, given)
    return fields


def _pages() -> list[Place]:
    return list(all_places(_whole()))


def test_a_form_with_everything_answered_is_what_intake_takes() -> None:
    schema = {"$ref": "#/components/schemas/ReferralForm", "components": {"schemas": _schemas()}}

    body = body_of(_whole())

    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)
    assert [child["first_name"] for child in body["children"]] == ["Words", "Words"]
    assert body["children"][0]["addresses"][0]["lines"] == ["12 Invented Street", "Wandsworth"]
    assert (body["immediate_danger"], body["concern"]["pre_birth"]["gestation_weeks"]) == (True, 20)


def test_every_code_list_that_is_shown_is_the_one_that_intake_takes() -> None:
    assert _codes_in_schema(_schemas()["ReferralForm"]) >= {
        CODE_LISTS[box.codes].codes.__name__
        for section in FORM
        for question in section.questions
        for box in question.boxes
        if box.codes
    }


def _codes_in_schema(schema: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    if isinstance(schema, list):
        return set().union(*(_codes_in_schema(one, seen) for one in schema))
    if not isinstance(schema, dict):
        return set()
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        return {name} | _codes_in_schema(_schemas()[name], seen | {name})
    return _codes_in_schema(list(schema.values()), seen)


@pytest.mark.parametrize("place", _pages(), ids=lambda place: place.path)
def test_every_answer_is_found_again_by_its_place_in_the_referral(place: Place) -> None:
    fields = _whole()
    number = place.number - 1
    for box in place.question.boxes:
        prefix = f"/{place.section.entries}/{number}" if place.section.entries else ""

        asked = find_asked(fields, f"{prefix}/{box.path}")

        assert asked is not None
        assert (asked.place, asked.box) == (place, box)


@pytest.mark.parametrize("place", _pages(), ids=lambda place: place.path)
def test_the_boxes_of_a_page_have_names_of_their_own(place: Place) -> None:
    names = [name for box in place.question.boxes for name in box.names]

    assert len(names) == len(set(names))
    assert not {"csrf", "then", "form_key"} & set(names)
    for box in place.question.boxes:
        shown_by = box.shown_for.partition(":")[0]
        assert not shown_by or shown_by in names


def test_slugs_and_pages_are_told_apart() -> None:
    assert len({section.slug for section in FORM}) == len(FORM)
    assert len({place.path for place in _pages()}) == len(_pages())
    assert not {"add", "remove", "check", "sent"} & {q.slug for section in FORM for q in section.questions}


def test_what_was_not_answered_is_not_in_the_referral() -> None:
    assert body_of({}) == {}
    assert body_of({"strengths": ["   "], "concern-types": [], "immediate_danger": [""]}) == {}


def test_a_child_of_whom_nothing_was_said_is_sent_so_that_intake_names_it_and_other_empty_entries_are_not() -> None:
    fields, _ = with_entry({}, CHILDREN)
    fields, _ = with_entry(fields, PEOPLE)

    assert body_of(fields) == {"children": [{}]}


def test_a_list_has_no_holes_whatever_was_removed_or_left_out() -> None:
    fields: Fields = {}
    for _ in range(3):
        fields, _ = with_entry(fields, CHILDREN)
    fields |= {"children/1/first_name": ["A"], "children/3/addresses-1-postcode": ["ZZ99 3AB"]}

    fields = without_entry(fields, CHILDREN, 2)

    assert body_of(fields)["children"] == [{"first_name": "A"}, {"addresses": [{"postcode": "ZZ99 3AB"}]}]
    asked = find_asked(fields, "/children/1/addresses/0/postcode")
    assert asked is not None
    assert (asked.place.number, asked.box.path) == (3, "addresses/1/postcode")


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (("4", "5", "2017"), "2017-05-04"),
        (("31", "2", "2017"), "2017-02-31"),
        (("", "", "2017"), "2017-00-00"),
        (("abc", "5", "2017"), "2017-05-abc"),
    ],
)
def test_a_day_goes_as_it_was_written_and_intake_judges_it(raw: tuple[str, ...], sent: str) -> None:
    names = ("day", "month", "year")

    fields = {f"early_help-assessed_on-{part}": [value] for part, value in zip(names, raw, strict=True)}

    assert body_of(fields) == {"early_help": {"assessed_on": sent}}


@pytest.mark.parametrize(("written", "sent"), [("12", 12), ("about 12", "about 12"), ("9" * 5000, "9" * 5000)])
def test_a_number_that_is_none_goes_as_it_was_written(written: str, sent: object) -> None:
    assert body_of({"concern-pre_birth-gestation_weeks": [written]}) == {
        "concern": {"pre_birth": {"gestation_weeks": sent}}
    }


def test_an_entry_that_was_removed_in_another_tab_is_back_with_what_was_written() -> None:
    fields, number = with_entry({}, CHILDREN)
    place = find_place(CHILDREN, number, "name", fields)
    assert place is not None

    fields = with_answers(without_entry(fields, CHILDREN, number), place, {"first_name": [WORDS]})

    assert numbers_of(fields, CHILDREN) == [number]
    assert body_of(fields) == {"children": [{"first_name": WORDS}]}


def test_no_number_is_given_twice_and_none_that_was_never_given_is_a_page() -> None:
    fields, first = with_entry({}, CHILDREN)
    fields, second = with_entry(without_entry(fields, CHILDREN, first), CHILDREN)

    assert (first, second) == (1, 2)
    assert find_place(CHILDREN, 3, "name", fields) is None
    assert find_place(CHILDREN, 0, "name", fields) is None
    assert find_place(CHILDREN, 1, "nothing", fields) is None
    assert find_place(FORM[0], 1, "danger", fields) is None


def test_a_list_ends_somewhere() -> None:
    fields: Fields = {}
    for _ in range(MOST_ENTRIES + 5):
        fields, number = with_entry(fields, CHILDREN)

    assert (len(numbers_of(fields, CHILDREN)), number) == (MOST_ENTRIES, MOST_ENTRIES)


def test_danger_and_safe_contact_come_first_and_questions_follow_one_another() -> None:
    first = next(iter(all_places({})))
    second = next_of(first)

    assert second is not None
    assert [first.question.slug, second.question.slug] == ["danger", "safe-contact"]
    assert next_of(second) is None
    section = find_section("children")
    assert section is not None
    assert [question.slug for question in section.questions[:2]] == ["name", "where-now"]


def test_the_page_to_check_shows_every_answer_in_words_and_names_what_was_left_out() -> None:
    fields, _ = with_entry({}, CHILDREN)
    fields |= {
        "immediate_danger": ["no"],
        "children/1/date_of_birth-day": ["4"],
        "children/1/date_of_birth-month": ["5"],
        "children/1/date_of_birth-year": ["2017"],
        "concern-types": ["neglect", "other"],
        "children/1/first_name": [WORDS],
    }

    said = {row.name: row.value for part in parts_of(fields) for row in part.rows}

    assert said == {
        "Is a child in danger now?": "No",
        "Date of birth": "4 May 2017",
        "Choose all that apply": "Neglect\nSomething else",
        "First name": WORDS,
    }
    assert "safe-contact" in {task.place.question.slug for task in unanswered(fields)}
    assert "types" not in {task.place.question.slug for task in unanswered(fields)}
    assert [entry.name for group in groups_of(fields) for entry in group.entries if entry.number] == [WORDS]


def test_what_may_have_arrived_is_sent_again_as_it_was_before_what_stands_now() -> None:
    first: Fields = {"strengths": ["As it was"]}
    fields = {**model.sending(first, first), "strengths": ["As it is"]}

    assert list(model.attempts_of(first)) == [first]
    assert list(model.attempts_of(model.sending(first, first))) == [first]
    assert list(model.attempts_of(fields)) == [first, {"strengths": ["As it is"]}]
    assert list(model.attempts_of(model.not_arrived(fields))) == [{"strengths": ["As it is"]}]
