"""What is left open about one child."""

from datetime import date

from contracts.codes import Disability, MissingItem, Sex
from referral_intake.decide import dates
from referral_intake.identifiers import la_child_id, nhs_number, postcode, upn
from referral_intake.model.facts import ChildFacts, Gap


def child_gaps(child: ChildFacts, pointer: str, *, today: date) -> list[Gap]:
    """Everything about one child; an unborn child has no school, doctor, number or disability yet."""
    years = dates.age(child, today)
    open_points = _dates(child, years, today) + _numbers(child)
    open_points += _unborn(child) if child.unborn else _born(child, years)
    if not child.has_name:
        open_points.append((MissingItem.CHILD_NAME, "first_name"))
    if not child.has_home:
        open_points.append((MissingItem.ADDRESS, "addresses"))
    if child.lacks_language_to_interpret:
        open_points.append((MissingItem.INTERPRETER_LANGUAGE, "first_language"))
    return [Gap(item, f"{pointer}/{field}") for item, field in open_points]


_Points = list[tuple[MissingItem, str]]


def _dates(child: ChildFacts, years: int | None, today: date) -> _Points:
    field = "expected_date_of_birth" if child.unborn else "date_of_birth"
    is_future = child.born_on is not None and child.born_on > today
    rules = (
        (child.born_on is None and child.expected_on is None, MissingItem.DATE_OF_BIRTH),
        (is_future, MissingItem.FUTURE_DATE_OF_BIRTH),
        (child.estimated and not child.unborn, MissingItem.EXACT_DATE_OF_BIRTH),
        (dates.is_overdue(child, today), MissingItem.EXPECTED_DATE_PASSED),
        (dates.is_implausible(child, years, today), MissingItem.IMPLAUSIBLE_DATE),
    )
    return [(item, field) for is_open, item in rules if is_open]


def _numbers(child: ChildFacts) -> _Points:
    """Numbers that cannot be right are asked again; whoever is found by something else is not refused for them."""
    points: _Points = []
    if child.nhs_number and not nhs_number.is_valid(child.nhs_number):
        points.append((MissingItem.INVALID_NHS_NUMBER, "nhs_number"))
    if child.upn and not upn.is_valid(child.upn):
        points.append((MissingItem.INVALID_UPN, "upn"))
    if child.la_child_id and not la_child_id.is_valid(child.la_child_id):
        points.append((MissingItem.INVALID_LA_CHILD_ID, "la_child_id"))
    if child.la_child_id and not child.has_la_code:
        points.append((MissingItem.LA_CODE, "la_code"))
    if not all(map(postcode.is_valid, child.postcodes)):
        points.append((MissingItem.INVALID_POSTCODE, "addresses"))
    return points


def _born(child: ChildFacts, years: int | None) -> _Points:
    rules = (
        (child.sex is None, MissingItem.SEX, "sex"),
        (not child.has_ethnicity, MissingItem.ETHNICITY, "ethnicity"),
        (not child.disabilities, MissingItem.DISABILITY, "disabilities"),
        (_contradicts(child.disabilities), MissingItem.DISABILITY_CONTRADICTION, "disabilities"),
        (child.nhs_number is None, MissingItem.NHS_NUMBER, "nhs_number"),
        (_lacks_upn(child, years), MissingItem.UPN_OR_REASON, "upn"),
        (not child.has_school and not dates.is_too_young_for_nursery(years), MissingItem.SCHOOL, "school"),
        (not child.has_gp, MissingItem.GP, "gp"),
    )
    return [(item, field) for is_open, item, field in rules if is_open]


def _unborn(child: ChildFacts) -> _Points:
    wrong_sex = child.sex is not None and child.sex is not Sex.UNKNOWN
    return [(MissingItem.UNBORN_SEX, "sex")] if wrong_sex else []


def _contradicts(disabilities: tuple[Disability, ...] | None) -> bool:
    """None excludes all others (DfE census rule 8790); a person has to ask which is meant, so nobody is refused."""
    return disabilities is not None and Disability.NONE in disabilities and len(set(disabilities)) > 1


def _lacks_upn(child: ChildFacts, years: int | None) -> bool:
    return child.upn is None and not child.has_upn_reason and dates.is_of_school_age(years)
