"""One referral as request bytes with blanks: each request has its own key and its own children, and costs no JSON."""

import json
import secrets
from pathlib import Path
from typing import Final

REFERRAL: Final = Path(__file__).parent / "referral.json"

_SURNAME: Final = b"Aaaaaaaa"
_PUPILS: Final = (b"A000000000001", b"A000000000002")
_KEY_DIGITS: Final = 12
_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
_CHECK_LETTERS: Final = b"ABCDEFGHJKLMNPQRTUVWXYZ"
_WANDSWORTH: Final = "212"


class Requests:
    """The next request each time it is asked. What differs has a fixed width and is written in its place.

    The children's surname and pupil numbers differ from request to request, so that looking for a child who was
    referred before finds nobody: neither the best nor the worst that may happen, but the usual.
    """

    def __init__(self, token: str, *, first: int = 1) -> None:
        self._bytes = bytearray(_request(token))
        self._next = first
        self._key = self._bytes.index(b"0" * _KEY_DIGITS + b"\r\n")
        self._surnames = _places(self._bytes, _SURNAME)
        self._pupils = tuple(self._bytes.index(pupil) for pupil in _PUPILS)

    def make(self) -> bytes:
        """The next request, whole."""
        number, request = self._next, self._bytes
        self._next = number + 1
        request[self._key : self._key + _KEY_DIGITS] = b"%012d" % number
        name = surname(number)
        for place in self._surnames:
            request[place : place + len(name)] = name
        for child, place in enumerate(self._pupils):
            request[place : place + 13] = pupil_number(2 * number + child)
        return bytes(request)


def surname(number: int) -> bytes:
    """Eight letters that differ for numbers below 26^7."""
    letters = bytearray(_SURNAME)
    for place in range(7, 0, -1):
        number, letter = divmod(number, 26)
        letters[place] = _LETTERS[letter]
    return bytes(letters)


def pupil_number(number: int) -> bytes:
    """A unique pupil number with the right check letter, of a school that cannot exist: schools count from 1000.

    Check letter: the twelve digits times 2 to 13, summed, modulo 23 (Department for Education, "Unique pupil
    numbers (UPNs): a guide for schools and local authorities").
    """
    digits = b"%b%09d" % (_WANDSWORTH.encode(), number % 10_000_000)
    total = sum(weight * digit for weight, digit in enumerate(digits, start=2)) - 90 * 48
    return b"%c%b" % (_CHECK_LETTERS[total % 23], digits)


def body() -> bytes:
    """The referral with its blanks not yet filled in."""
    return json.dumps(json.loads(REFERRAL.read_text()), ensure_ascii=False, separators=(",", ":")).encode()


def _request(token: str) -> bytes:
    content = body()
    head = (
        "POST /v1/referrals HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\n"
        f"Idempotency-Key: {secrets.token_hex(8)}-{'0' * _KEY_DIGITS}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _places(text: bytearray, word: bytes) -> tuple[int, ...]:
    found, place = [], text.find(word)
    while place >= 0:
        found.append(place)
        place = text.find(word, place + 1)
    return tuple(found)
