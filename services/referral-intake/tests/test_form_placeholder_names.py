"""What is written for a name where nobody knows one, and real names that look like that."""

# ruff: noqa: RUF001  # quotation marks and wide letters are written, too

import pytest

from referral_intake.form.child import Child
from referral_intake.form.facts import facts_of
from referral_intake.form.facts.child import child_of
from referral_intake.form.facts.placeholders import (
    is_first_name,
    is_named,
    is_written,
)
from referral_intake.form.identities import identities_of
from referral_intake.form.referral import ReferralForm

NEWBORNS = [
    "Baby Girl Smith", "Baby Smith", "BABY SMITH", "Unborn Baby Smith", "Unborn Smith", "B/O Smith", "b/o Sarah",
    "BO Smith", "Baby of Sarah Smith", "Twin 1 Smith", "Infant of Jones", "Babyboy Smith", "Twin Smith", "Baby",
]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Unknown",
        "N/K",
        "U/K",
        "XXX",
        "Baby girl 2",
        "Twin one",
        "Triplet 1",
        "unborn b",
        "Infant",
        "Bump",
        "Unknown Unknown",
        "Child 1",
        "Sibling A",
        "Unborn twin",
        "Girl twin 2",
        "first twin",
        "Twin II",
        "Female baby",
        "baby-girl",
        "Unidentified male",
    ],
)
def test_what_is_written_for_a_name_names_nobody(name: str) -> None:
    assert not is_named(name)


@pytest.mark.parametrize(
    "name",
    [
        "Nil",
        "Son",
        "Na",
        "X Æ",
        "Baby-Rose",
        "Twinkle",
        "Xu",
        "Xxavier",
        "Yet",
        "Infanta",
        "Bo",
        "Same",
        "Childs",
        "Ditto",
    ],
)
def test_real_names_that_look_like_placeholders_are_names(name: str) -> None:
    assert is_named(name)


@pytest.mark.parametrize("first", NEWBORNS)
def test_a_newborn_that_has_no_name_yet_is_asked_for_it_and_not_recognised_by_it(first: str) -> None:
    child = {"first_name": first, "last_name": "Smith", "date_of_birth": "2026-06-22"}
    form = ReferralForm.model_validate({"referrer": {}, "children": [child], "concern": {}})
    facts = child_of(form.children[0])
    assert (facts.has_name, facts.has_description, identities_of(form, facts_of(form))) == (False, True, ())
    assert form.children[0].first_name == first


@pytest.mark.parametrize(
    "first", ["Sarah (Baby)", "Boye", "Babylon", "Baby-Rose", "Baby Rose", "Bo", "Bo James", "BO JAMES", "Boy George"]
)
def test_a_name_that_begins_like_a_newborns_recognises_its_child(first: str) -> None:
    child = {"first_name": first, "last_name": "Smith", "date_of_birth": "2026-06-22"}
    form = ReferralForm.model_validate({"referrer": {}, "children": [child], "concern": {}})
    assert child_of(form.children[0]).has_name
    assert len(identities_of(form, facts_of(form))) == 1


@pytest.mark.parametrize("title", ["Mr", "Mrs", "Miss", "Ms.", "Jane Doe", "John Doe"])
def test_a_title_or_a_name_for_anybody_names_nobody(title: str) -> None:
    assert not is_named(title)


def test_a_letter_with_an_accent_is_another_letter_and_a_sharp_s_is_two() -> None:
    assert is_named("Mïss")
    assert is_written("Ünknown")
    assert not is_named("Miß")


def test_a_name_for_anybody_in_two_fields_recognises_nobody() -> None:
    assert not is_first_name("Jane", "Doe")
    assert is_first_name("Jane", "Doell")
    assert not child_of(Child(first_name="Jane", last_name="Doe")).has_name


@pytest.mark.parametrize("first", ["Baby of Sarah Smith", "B/O Smith", "Baby Smith"])
def test_a_newborn_in_one_field_is_described_so_that_its_referral_is_accepted(first: str) -> None:
    facts = child_of(Child(first_name=first))
    assert (facts.has_name, facts.has_description) == (False, True)


@pytest.mark.parametrize(
    "name",
    [
        *("unknown1", "Unknown (1)", "Child Unknown", "Baby N/K", "Twin1", "twin no 1", "Boy 1", "Girl A", "Child X"),
        *(
            "child (name unknown)",
            "The children",
            "Mother of Rowan",
            "Rowan's mum",
            "Rowan’s older sister",
            "Mom",
            "XXX1",
        ),
        *("Grandmother", "Uncle", "mother's partner", "Half-sister", "older sibling", "Newborn baby", "Expected baby"),
        *("Name TBC", "name to be confirmed", "Name Not Yet Known", "no first name", "Surname", "TBD", "To be named"),
        *("Not yet registered", "unnamed child", "Redacted", "[redacted]", "Withheld", "Refused to give name", "None"),
        *(
            "AAA",
            "asdf",
            "Test Patient",
            "Joe Bloggs",
            "AN Other",
            "Someone",
            "Nobody",
            "Not applicable",
            "don't know yet",
        ),
        *(
            "Unknown Asian male",
            "unknown female aged 6",
            "Boy aged about 6",
            "Mr Unknown",
            "Son of Sarah",
            "UNK",
            "x x x",
        ),
    ],
)
def test_however_it_is_put_that_nobody_knows_a_name_it_names_nobody(name: str) -> None:
    assert not is_named(name)


@pytest.mark.parametrize("name", ["Nan", "Mama", "An", "No An-Yeong", "Will Still", "Rowan Child", "Ba", "April May"])
def test_names_that_are_made_of_everyday_words_are_names(name: str) -> None:
    assert is_named(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Dr White", "Prof Young", "Professor Black", "Mx Young", "Madam White", "Dr Young-White", "Dr Said"),
        *("Mr Cousin", "Mrs Parent", "Ms Partner", "Dr Child", "Miss Person", "Rev Dr Present"),
    ],
)
def test_what_follows_a_title_is_a_family_name(name: str) -> None:
    assert is_named(name)


@pytest.mark.parametrize(
    "name", ["Dr", "Mr Unknown", "Dr TBC", "Miss not known", "Mr A N Other", "Mrs Joe Bloggs", "Mr X"]
)
def test_a_title_before_what_says_nothing_names_nobody(name: str) -> None:
    assert not is_named(name)


@pytest.mark.parametrize("last", ["Blank", "Child", "Parent", "Null", "Brother", "Test", "Partner", "No", "Given"])
def test_a_family_that_is_called_by_an_everyday_word_is_named(last: str) -> None:
    assert child_of(Child(last_name=last)).has_name


@pytest.mark.parametrize("school", ["Not at school", "no school place", "N/A - too young", "not of school age", "None"])
def test_where_it_is_said_that_there_is_no_school_there_is_no_place_to_find_the_child(school: str) -> None:
    facts = child_of(Child(first_name="Rowan", school=school, gp="Not registered with a GP"))
    assert (facts.has_school, facts.has_place, facts.has_gp) == (False, False, False)
    assert child_of(Child(school="Electively home educated")).has_school


def test_a_last_name_that_is_not_known_is_no_part_of_the_name_by_which_a_child_is_recognised() -> None:
    def sign(last: str | None) -> str:
        child = {"first_name": "Rowan", "last_name": last, "date_of_birth": "2017-05-04"}
        form = ReferralForm.model_validate({"referrer": {}, "children": [child], "concern": {}})
        [identity] = identities_of(form, facts_of(form))
        return identity.sign

    assert sign("Unknown") == sign("N/K") == sign("not known") == sign(None) != sign("Null")
