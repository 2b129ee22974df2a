"""What to say of a character that cannot be where it is: its place, and the one that it is taken for."""

from collections.abc import Mapping
from typing import Final

_TAKEN_FOR: Final[Mapping[str, str]] = {"O": "0", "o": "0", "I": "1", "l": "1", "i": "1", "L": "1", "|": "1"}
_ALSO: Final[Mapping[str, str]] = {digit: letter for letter, digit in (("O", "0"), ("I", "1"))}


def slip(place: int, char: str) -> str:
    """A character where a digit belongs. ``place``: in the text as it was sent, from 1."""
    digit = _TAKEN_FOR.get(char)
    if digit is None:
        return f"Character {place} is not a digit."
    return f"Character {place} is {_named(char)}. If the digit {digit} is meant, write {digit}."


def slip_of_letter(place: int, char: str) -> str:
    """A character where a letter belongs."""
    letter = _ALSO.get(char)
    if letter is None:
        return f"Character {place} cannot be there."
    return f"Character {place} is the digit {char}. A letter belongs there."


def _named(char: str) -> str:
    if char == "|":
        return "a vertical bar"
    return f"the {'capital' if char.isupper() else 'small'} letter {char}"
