"""What is left open about one child."""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.codes import Disability, MissingItem, Sex
from referral_intake.decide import dates
from referral_intake.identifiers import la_child_id, nhs_number, upn
from referral_intake.model import ChildFacts, Missing

_Points = list[tuple[MissingItem, str]]
"""What to ask for, and the field of the child where it would stand."""


def missing_of_child(child: ChildFacts, pointer: str, *, today: date) -> list[Missing]:
    """Everything about one child; an unborn child has no school, doctor, number or disability yet."""
    points: _Points = []
    if not child.has_name:
        points.append((MissingItem.CHILD_NAME, "first_name"))
    points += _unborn(child, today) if child.unborn else _born(child, today)
    if not (dates.has_home(child, today) or child.has_withheld_home):
        points.append((MissingItem.ADDRESS, "addresses"))
    if child.lacks_language_to_interpret:
        points.append((MissingItem.INTERPRETER_LANGUAGE, "first_language"))
    found = [Missing(item, f"{pointer}/{field}") for item, field in points]
    return [*found, *_impossible(child, pointer)]


def shared_numbers(children: Sequence[ChildFacts]) -> Iterator[Missing]:
    """Numbers of which two children of one referral cannot both have one: every place is named."""
    if len(children) == 1:
        return
    for field, given in (
        ("nhs_number", [child.nhs_number for child in children]),
        ("upn", [child.upn for child in children]),
    ):
        known = [number.read if number else None for number in given]
        for place, number in enumerate(known):
            if number is not None and known.count(number) > 1:
                yield Missing(MissingItem.SHARED_NUMBER, f"/children/{place}/{field}")


def _unborn(child: ChildFacts, today: date) -> _Points:
    points: _Points = []
    expected = child.expected_on
    if expected is not None and dates.is_overdue(expected, today):
        points.append((MissingItem.EXPECTED_DATE_PASSED, "expected_date_of_birth"))
    if expected is not None and dates.is_too_far_ahead(expected, today):
        points.append((MissingItem.IMPLAUSIBLE_DATE, "expected_date_of_birth"))
    if child.sex not in (None, Sex.UNKNOWN):
        points.append((MissingItem.UNBORN_SEX, "sex"))
    return points


def _born(child: ChildFacts, today: date) -> _Points:
    years = dates.age(child, today)
    points = _date_of_birth(child, years, today) + _description(child)
    if child.nhs_number is None:
        points.append((MissingItem.NHS_NUMBER, "nhs_number"))
    if child.upn is None and not child.has_upn_reason and dates.is_of_school_age(years):
        points.append((MissingItem.UPN_OR_REASON, "upn"))
    if not child.has_school and not dates.is_too_young_for_nursery(years):
        points.append((MissingItem.SCHOOL, "school"))
    if not child.has_gp:
        points.append((MissingItem.GP, "gp"))
    return points


def _description(child: ChildFacts) -> _Points:
    points: _Points = []
    if child.sex is None:
        points.append((MissingItem.SEX, "sex"))
    if not child.has_ethnicity:
        points.append((MissingItem.ETHNICITY, "ethnicity"))
    if not child.disabilities:
        points.append((MissingItem.DISABILITY, "disabilities"))
    elif _contradict(child.disabilities):
        points.append((MissingItem.DISABILITY_CONTRADICTION, "disabilities"))
    return points


def _date_of_birth(child: ChildFacts, years: int | None, today: date) -> _Points:
    field, born = "date_of_birth", child.born_on
    if born is None:
        return [(MissingItem.DATE_OF_BIRTH, field)]
    if born > today:
        return [(MissingItem.FUTURE_DATE_OF_BIRTH, field)]
    if dates.is_past_any_service(years):
        return [(MissingItem.IMPLAUSIBLE_DATE, field)]
    return [(MissingItem.EXACT_DATE_OF_BIRTH, field)] if child.estimated else []


def _contradict(disabilities: tuple[Disability, ...]) -> bool:
    """None excludes all others (DfE census rule 8790); a person has to ask which is meant, so nobody is refused."""
    return Disability.NONE in disabilities and len(set(disabilities)) > 1


def _impossible(child: ChildFacts, pointer: str) -> Iterator[Missing]:
    """Numbers that cannot be right are asked again; a child who is found by something else is not refused for them."""
    if child.nhs_number is not None and child.nhs_number.read is None:
        detail = nhs_number.mistake(child.nhs_number.sent)
        yield Missing(MissingItem.INVALID_NHS_NUMBER, f"{pointer}/nhs_number", detail)
    if child.upn is not None and child.upn.read is None:
        yield Missing(MissingItem.INVALID_UPN, f"{pointer}/upn", upn.mistake(child.upn.sent))
    if child.la_child_id and not la_child_id.is_valid(child.la_child_id):
        yield Missing(MissingItem.INVALID_LA_CHILD_ID, f"{pointer}/la_child_id")
    if child.la_child_id and not child.has_la_code:
        yield Missing(MissingItem.LA_CODE, f"{pointer}/la_code")
    for place, code in enumerate(child.postcodes):
        if code is not None and code.read is None:
            yield Missing(MissingItem.INVALID_POSTCODE, f"{pointer}/addresses/{place}/postcode")
