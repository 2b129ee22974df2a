"""What a child's date says about their age. Dates are local."""

from datetime import date, timedelta
from typing import Final

from referral_intake.model import NO_SUCH_DAY, PREGNANCY, ChildFacts, Day

# No school or nursery is expected of a child too young to be offered a place (funded places begin at two).
_NURSERY_AGE: Final = 2
# Compulsory school age (Education Act 1996, section 8), within which a pupil number or a reason is recorded.
_SCHOOL_AGES: Final = range(5, 16)
_ADULT: Final = 18
# Services for children reach young people who leave care, and those with special needs, until 25.
_LAST_AGE: Final = 25
_OVERDUE: Final = timedelta(weeks=2)
# The oldest person whose age was ever proved lived 122 years. Programs write the first day they know for none.
_OLDEST: Final = 122
_OVER: Final = "This day is over."
_TOO_LONG_AGO: Final = "This is longer ago than anybody lives."
_NO_PARENT: Final = "This is not before the child was born."
_TOO_YOUNG: Final = "This is less than ten years before the child was born."
_YOUNGEST_PARENT: Final = 10


def has_date(child: ChildFacts, today: date) -> bool:
    """A date of birth in the future is a slip of the pen, and one of long ago is what programs write for none.

    Both are as good as none, and no reason to refuse.
    """
    if child.born_on is not None:
        return child.born_on <= today and not is_past_any_service(age(child, today))
    return child.expected_on is not None and not is_past_any_service(years_between(child.expected_on, today))


def has_home(child: ChildFacts, today: date) -> bool:
    """Whether it is known where the child lives now: a home that ended is history."""
    return child.home_until is not None and child.home_until >= today


def age(child: ChildFacts, today: date) -> int | None:
    """In whole years; None when it is not known, or the child is not born."""
    born = child.born_on
    if born is None or born > today:
        return None
    return years_between(born, today)


def years_between(born: date, day: date) -> int:
    """From a birth to a day, in whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_too_young_for_nursery(years: int | None) -> bool:
    """Whether no school or nursery is expected."""
    return years is not None and years < _NURSERY_AGE


def is_of_school_age(years: int | None) -> bool:
    """Whether a unique pupil number is expected."""
    return years in _SCHOOL_AGES


def is_adult(years: int | None) -> bool:
    """Whether it is known that this is no child any more."""
    return years is not None and years >= _ADULT


def is_past_any_service(years: int | None) -> bool:
    """Whether nobody of that age is referred as a child, so that the date must be wrong."""
    return years is not None and years > _LAST_AGE


def is_too_far_ahead(expected_on: date, today: date) -> bool:
    """Whether a pregnancy cannot have begun yet."""
    return expected_on - today > PREGNANCY


def is_overdue(expected_on: date, today: date) -> bool:
    """Whether the child must have been born by now."""
    return today - expected_on > _OVERDUE


def contradiction(day: Day, today: date) -> str | None:
    """Why a day cannot be right: it is still to come, or over, or before what had to come first; None when it can."""
    if day.is_none:
        return NO_SUCH_DAY
    if day.past and day.day > today:
        return day.later
    if day.to_come and day.day < today:
        return _OVER
    if day.earliest is not None and day.day < day.earliest:
        return day.bound.value
    if today.year - day.day.year > _OLDEST:
        return _TOO_LONG_AGO
    return _as_a_parent(day.day, day.child_born) if day.child_born is not None else None


def _as_a_parent(born: date, child_born: date) -> str | None:
    """Why somebody born then cannot be a parent of a child born then; None when they can."""
    if born >= child_born:
        return _NO_PARENT
    return _TOO_YOUNG if years_between(born, child_born) < _YOUNGEST_PARENT else None
