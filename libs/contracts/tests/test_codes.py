"""Code lists: every code has a label, codes are unique across spellings, parse back, and say when they may be used."""

from datetime import date
from hashlib import sha256

import pytest
from pydantic import TypeAdapter

from contracts.codes import (
    CODE_LISTS,
    AssessmentFactor,
    Code,
    CodeList,
    ContactSource,
    Gender,
    LocalAuthority,
    Rating,
    Sex,
    SocialCareClosureReason,
    UpnUnknownReason,
    Validity,
)

FROZEN = {
    "abuse-category": ("2023-24", "9506eda5ced5"),
    "assessment-factor": ("2023-24", "7e7d997fc538"),
    "contact-source": ("2023-24", "62e9c7c59f60"),
    "disability": ("2023-24", "06a534e95497"),
    "ethnicity": ("2023-24", "283324a51d17"),
    "gender": ("2023-24", "d8b10da670b2"),
    "local-authority": ("2026-04", "2e66ae7b2b00"),
    "primary-need": ("2023-24", "fee356de9a0d"),
    "review-participation": ("2026-07", "2460dc823ec3"),
    "sex": ("2024-25", "37a6439d2b1e"),
    "social-care-closure-reason": ("2023-24", "dc6cbedf7d93"),
    "upn-unknown-reason": ("2023-24", "de99fd4ae9e9"),
}
"""Of every list that others keep: the edition, and a digest of its codes, labels and dates."""


@pytest.mark.parametrize("name", sorted(CODE_LISTS))
def test_every_code_has_a_plain_label_and_parses_back(name: str) -> None:
    codes = CODE_LISTS[name].codes

    assert all(member.label and member.label[0].isupper() for member in codes)
    assert [codes(member.value) for member in codes] == list(codes)


@pytest.mark.parametrize("name", sorted(CODE_LISTS))
def test_a_list_says_its_edition_its_source_and_what_it_is_for(name: str) -> None:
    published: CodeList = CODE_LISTS[name]

    assert published.edition
    assert published.source.name
    assert published.description[0].isupper()


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_a_list_that_others_keep_says_where_it_was_read(name: str) -> None:
    assert (CODE_LISTS[name].source.address or "").startswith("https://")


def test_every_list_is_published() -> None:
    ours = {codes for codes in Code.__subclasses__() if codes.__module__.startswith("contracts.")}

    assert {published.codes for published in CODE_LISTS.values()} == ours


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="purple"):
        Rating("purple")


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_the_labels_of_an_edition_never_change(name: str) -> None:
    """What was kept with an edition means what it meant: a changed label or date is a new edition."""
    published = CODE_LISTS[name]

    assert (published.edition, _digest(published.codes)) == FROZEN[name]


def test_every_list_with_a_source_elsewhere_is_frozen() -> None:
    assert {name for name, published in CODE_LISTS.items() if published.source.address} == set(FROZEN)


# -- when a code may be used ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2020, 3, 31), False),
        (date(2020, 4, 1), True),
        (date(2024, 3, 31), True),
        (date(2024, 4, 1), False),
    ],
)
def test_both_bounds_belong_to_the_time_a_code_may_be_used(day: date, holds: bool) -> None:
    validity = Validity(date(2020, 4, 1), date(2024, 3, 31))

    assert validity.holds(day) is holds


def test_a_code_without_bounds_may_always_be_used() -> None:
    assert Rating.RED.is_current(date.min)
    assert Rating.RED.is_current(date.max)


def test_a_code_that_may_no_longer_be_used_is_read_as_it_was_said() -> None:
    retired = [(codes, code) for codes in Code.__subclasses__() for code in codes if code.validity.valid_until]

    read = [TypeAdapter(codes).validate_python(code.value) for codes, code in retired]

    assert read == [code for _, code in retired]
    assert len(read) >= 13


def test_sex_takes_over_from_gender_without_a_day_between() -> None:
    last, first = date(2024, 3, 31), date(2024, 4, 1)

    assert all(code.is_current(last) and not code.is_current(first) for code in Gender)
    assert all(code.is_current(first) and not code.is_current(last) for code in Sex)


def test_the_undivided_factors_end_where_those_by_a_child_and_by_an_adult_begin() -> None:
    divided = {
        AssessmentFactor.PHYSICAL_ABUSE: (
            AssessmentFactor.PHYSICAL_ABUSE_BY_CHILD,
            AssessmentFactor.PHYSICAL_ABUSE_BY_ADULT,
        ),
        AssessmentFactor.SEXUAL_ABUSE: (AssessmentFactor.SEXUAL_ABUSE_BY_CHILD, AssessmentFactor.SEXUAL_ABUSE_BY_ADULT),
    }

    for whole, parts in divided.items():
        assert whole.validity.valid_until == date(2020, 3, 31)
        assert {part.validity.valid_from for part in parts} == {date(2020, 4, 1)}


@pytest.mark.parametrize(
    ("code", "began"),
    [
        (AssessmentFactor.CRIMINAL_EXPLOITATION, date(2021, 4, 1)),
        (ContactSource.EARLY_HELP, date(2022, 4, 1)),
        (SocialCareClosureReason.ASSESSED_EARLY_HELP, date(2022, 4, 1)),
    ],
)
def test_a_later_code_says_with_which_collection_it_came(code: Code, began: date) -> None:
    assert code.validity == Validity(valid_from=began)


# -- what the lists hold --------------------------------------------------------------------------------------------


def test_england_has_153_authorities_today() -> None:
    today = [code for code in LocalAuthority if code.is_current(date(2026, 4, 1))]

    assert len(today) == 153
    assert len({code.label for code in today}) == 153
    assert all(len(code) == 3 and code.isdecimal() for code in LocalAuthority)


@pytest.mark.parametrize(
    ("ended", "successors"),
    [
        ("820", {"822", "823"}),
        ("875", {"895", "896"}),
        ("835", {"838", "839"}),
        ("836", {"839"}),
        ("837", {"839"}),
        ("928", {"940", "941"}),
        ("909", {"942", "943"}),
    ],
)
def test_an_authority_ends_the_day_before_its_successors_begin(ended: str, successors: set[str]) -> None:
    last = LocalAuthority(ended).validity.valid_until
    begins = {LocalAuthority(code).validity.valid_from for code in successors}

    assert last is not None
    assert begins == {date.fromordinal(last.toordinal() + 1)}


def test_a_code_whose_wording_was_not_found_says_so() -> None:
    assert "no wording" in UpnUnknownReason.UN6.label
    assert "UN6" in CODE_LISTS["upn-unknown-reason"].note


def _digest(codes: type[Code]) -> str:
    lines = [f"{code.value}|{code.label}|{code.validity.valid_from}|{code.validity.valid_until}" for code in codes]
    return sha256("\n".join(lines).encode()).hexdigest()[:12]
