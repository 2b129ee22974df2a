"""England's bank holidays, year by year."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays


@lru_cache(maxsize=256)
def bank_holidays_in(year: int) -> frozenset[date]:
    """The bank holidays of England in a year: the day itself and, where one falls on a weekend, the day in lieu.

    One-off days that the installed edition of the list does not know yet are added by a partnership's pack.
    """
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))
