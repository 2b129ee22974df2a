"""The only minter of ids: random and opaque, so that an id says nothing about anybody."""

import os
import re
import secrets
from hashlib import sha256
from typing import Final, Protocol
from unicodedata import digit, normalize
from uuid import UUID

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that it survives the telephone."""

AT_A_TIME: Final = 256
"""Asking the system for random bytes costs more than making an id of them."""

SALT_BYTES: Final = 32
"""As many as SHA-256 gives, so that guessing a salt is no easier than inverting the hash."""

_UUID_BYTES: Final = 16
_RANDOM_BITS: Final = (1 << 128) - 1 & ~((0xF << 76) | (0x3 << 62))
_VERSION_4: Final = (4 << 76) | (0x2 << 62)
_VERSION_8: Final = (8 << 76) | (0x2 << 62)
"""Version and variant have their places in a UUID (RFC 9562, 5.4); all else is random."""
_LENGTH: Final = 7
_SHIFTS: Final = tuple(range(5 * (_LENGTH - 1), -1, -5))
_VALUES: Final = {digit: value for value, digit in enumerate(ALPHABET)}
_DOUBLED: Final = {digit: sum(divmod(2 * value, 32)) for digit, value in _VALUES.items()}
"""What a digit counts in the check: at every other place from the right its double, whose digits are added."""
_MISREAD: Final = str.maketrans("OIL", "011")
PREFIX_LENGTH: Final = 3
"""The longest prefix: whatever more stands before the digits is another word."""

_PREFIX: Final = re.compile(f"[A-Z]{{1,{PREFIX_LENGTH}}}")
_LABELS: Final = frozenset({"REF", "REFERENCE", "OUR", "YOUR", "NO", "NUMBER", "REFERRAL", "IS", "THE", "MY"})
"""What people write before a reference."""

_ALIKE: Final = str.maketrans("АВЕЅІЈКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABESIJKMHOPCTXABEZHIKMNOPTX")  # noqa: RUF001
"""Cyrillic and Greek capitals that look like Latin ones: a keyboard that was left in another script."""


class Ids(Protocol):
    """Mints ids."""

    def new(self) -> UUID: ...

    def new_reference(self, prefix: str) -> str: ...


class RandomIds:
    """Ids nobody can guess. MUST NOT be shared with a process that was forked: both would mint the same."""

    def __init__(self) -> None:
        self._random = b""
        self._used = 0

    def new(self) -> UUID:
        """A random UUID (version 4), from random bytes that are asked for many at a time."""
        if self._used >= len(self._random):
            self._random, self._used = os.urandom(_UUID_BYTES * AT_A_TIME), 0
        self._used += _UUID_BYTES
        number = int.from_bytes(self._random[self._used - _UUID_BYTES : self._used])
        return UUID(int=number & _RANDOM_BITS | _VERSION_4)  # twice as fast as from bytes, and each request has several

    def new_reference(self, prefix: str) -> str:
        """A reference people read out, such as ``WAN-7K3M-Q9TR``."""
        return new_reference(prefix)


def derived(*parts: object) -> UUID:
    """The same id (UUID version 8) for the same parts: for what may be made again, and has to be known again then.

    One of the parts MUST be a random id, so that nobody can guess it.
    """
    hashed = sha256("\x1f".join(map(str, parts)).encode()).digest()[:_UUID_BYTES]
    return UUID(int=int.from_bytes(hashed) & _RANDOM_BITS | _VERSION_8)


def new_salts(count: int) -> list[bytes]:
    """Salts for commitments, one for each, all of their own."""
    random = os.urandom(SALT_BYTES * count)
    return [random[at : at + SALT_BYTES] for at in range(0, len(random), SALT_BYTES)]


def new_reference(prefix: str) -> str:
    """A reference people read out: 35 random bits and a check character. Not unique by itself: the table says so."""
    return reference(prefix, secrets.randbits(5 * _LENGTH))


def reference(prefix: str, number: int) -> str:
    """The reference of a number below 2^35."""
    digits = "".join([ALPHABET[(number >> shift) & 31] for shift in _SHIFTS])
    digits += ALPHABET[-_sum(digits + "0") % 32]
    return f"{prefix}-{digits[:4]}-{digits[4:]}"


def find_reference(typed: str) -> str | None:
    """The reference somebody typed, however it was written; None when it is none or its check character is wrong.

    Case, spaces, dashes of every kind and marks that nobody sees say nothing; digits of every script are read, and
    letters that are misread for others are put right; a word such as "Ref:" may stand before it.
    """
    written = "".join(map(_plain, normalize("NFKC", typed).upper().translate(_ALIKE)))
    words = [word for word in written.split() if word not in _LABELS]
    prefix, digits = _apart("".join(words))
    if not _PREFIX.fullmatch(prefix) or len(digits) != _LENGTH + 1 or any(digit not in ALPHABET for digit in digits):
        return None
    return f"{prefix}-{digits[:4]}-{digits[4:]}" if _sum(digits) % 32 == 0 else None


def _plain(char: str) -> str:
    """A digit of any script as the plain one; a space for what is no letter or digit."""
    if char.isdecimal():
        return str(digit(char))
    return char if char.isalnum() else " "


def _apart(together: str) -> tuple[str, str]:
    """The prefix, which is what comes before the last eight characters, and those."""
    place = max(0, len(together) - _LENGTH - 1)
    return together[:place], together[place:].translate(_MISREAD)


def _sum(digits: str) -> int:
    """Luhn's sum in base 32: any one wrong character changes it."""
    return sum([_VALUES[digit] for digit in digits[::-2]]) + sum([_DOUBLED[digit] for digit in digits[-2::-2]])
