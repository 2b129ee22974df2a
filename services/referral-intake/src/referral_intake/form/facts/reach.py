"""Whether somebody can be reached: numbers and addresses that are written where there are none reach nobody.

Kept as of November 2026, beside ``placeholders``; names of domains that are reserved for nobody are those of RFC 2606.
"""

import re
import unicodedata
from typing import Final

from referral_intake.identifiers.letters import shown

_COUNTRY_CODE: Final = re.compile(r"^0{0,2}44(?=[0-9]{9})")
_NO_MAILBOX: Final = re.compile(
    r"none|no|no[-._]?(e?-?mail|address|reply|one)|nomail|do[-._]?not[-._]?reply|unknown|unkown|not?[-._]?(known|given"
    r"|provided|available|applicable|disclosed|supplied|recorded)|na|nk|n/[ak]|null|nil|tb[acd]|(don'?t|do[-._]not)[-._]?know"
    r"|declined|refused|withheld|nobody|xx+|asdf|qwerty"
)
"""Before the @."""
_NO_DOMAIN: Final = re.compile(
    r".*@((none|unknown|no-?e?-?mail|nowhere|test|xx+|na)(\.[a-z.]+)?|(.*\.)?(invalid|test|localhost))"
)
"""Behind it: what nobody holds, and the names that are reserved for none (RFC 2606)."""
_BESIDE_AN_ADDRESS: Final = re.compile(r"[\s,;<>()]+|\.(?=[\s,;<>()]|$)")
_MAILBOX: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_FEWEST_DIGITS: Final = 5
"""Of a number that somebody can be called on: an extension of a switchboard has them; 999 and 101 reach no caller."""
_DAY: Final = re.compile(r"[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](19|20)[0-9]{2}|(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_ROWS: Final = ("01234567890123456789", "98765432109876543210")
_SHORTEST_ROW: Final = 5


def is_phone(number: str | None) -> bool:
    """Whether somebody may answer there. Digits of any script count; a row of digits is nobody's number."""
    if not number or _DAY.fullmatch(number.strip()):
        return False
    digits = "".join(filter(str.isdecimal, number))
    if not digits.isascii():
        digits = "".join(str(unicodedata.digit(digit)) for digit in digits)
    if len(digits) < _FEWEST_DIGITS:
        return False
    national = _COUNTRY_CODE.sub("", digits).lstrip("0")
    return len(set(national[1:])) > 1 and not any(_is_row(part) for part in (national, national[1:]))


def is_mailbox(address: str | None) -> bool:
    """Whether an e-mail may arrive at an address, or at one of several that are written together."""
    written = shown(address or "").casefold().removeprefix("mailto:")
    return any(map(_is_mailbox, _BESIDE_AN_ADDRESS.split(written)))


def _is_mailbox(written: str) -> bool:
    if not _MAILBOX.fullmatch(written) or _NO_DOMAIN.fullmatch(written):
        return False
    local, _, domain = written.partition("@")
    return local != domain.partition(".")[0] * (len(set(local)) == 1) and not _NO_MAILBOX.fullmatch(local)


def _is_row(digits: str) -> bool:
    """Whether digits only count up or down, as keys lie beside one another."""
    return len(digits) >= _SHORTEST_ROW and any(digits in row for row in _ROWS)
