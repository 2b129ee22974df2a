"""Names folded for likeness: what differs only in how it was typed becomes the same, and nothing else does.

The rule: a difference is ignored when one and the same person, writing the same name on another keyboard or in another
program, makes it without a thought. Any other difference is another name, and another name may be another child.

Ignored, because keyboards, capitals and programs make them:

- case, spaces, punctuation, apostrophes and hyphens of every kind, and characters that nobody sees
- how letters and marks were composed (Unicode's canonical and compatibility forms)
- accents, strokes and hooks of Latin letters: who has no such key writes the bare letter, and forms drop them
- the accent and breathings of Greek letters, which capitals do not carry, and the dots of Russian yo, which print omits
- one letter under two codes: kaf, yeh and heh on Arabic, Persian and Urdu keyboards, Yiddish digraphs, Malayalam chillu

Kept, because they make another name: each letter of every script, and each mark of scripts other than those above.
Vowel signs and nuktas of Indic scripts, tone marks of Thai, Lao and Burmese, points of Hebrew and Arabic, the voicing
mark of kana, the breve of Cyrillic й and the dots of ї are spelled, not decoration. Spellings by sound stay apart as
well (Mueller for Müller, Mohamed for Muhammad): there another person may be meant.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LIGATURES: Final = {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ð": "d", "ɛ": "e", "ɔ": "o", "ə": "e", "ǝ": "e"} | {
    "\N{LATIN SMALL LETTER GAMMA}": "g"
}
"""Latin letters that are no other letter with something added, as people write them who have no such key."""
_OTHER_CODES: Final = {
    "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}",
    "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}",
    "\N{ARABIC LETTER HEH GOAL}": "\N{ARABIC LETTER HEH}",
    "\N{HEBREW LIGATURE YIDDISH DOUBLE VAV}": "\N{HEBREW LETTER VAV}" * 2,
    "\N{HEBREW LIGATURE YIDDISH VAV YOD}": "\N{HEBREW LETTER VAV}\N{HEBREW LETTER YOD}",
    "\N{HEBREW LIGATURE YIDDISH DOUBLE YOD}": "\N{HEBREW LETTER YOD}" * 2,
} | {
    unicodedata.lookup(f"MALAYALAM LETTER CHILLU {name}"): f"{letter}\N{MALAYALAM SIGN VIRAMA}"
    for name, letter in {"NN": "ണ", "N": "ന", "RR": "ര", "L": "ല", "LL": "ള", "K": "ക"}.items()
}
_LETTERS: Final = str.maketrans(_LIGATURES | _OTHER_CODES)
_IGNORED: Final = str.maketrans(
    "",
    "",
    "ʼʻʽʾʿˈʹʺꞌˀˁˮ"  # apostrophes that are letters to Unicode
    "\N{ARABIC TATWEEL}\N{COMBINING GRAPHEME JOINER}\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}"
    "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{KHMER VOWEL INHERENT AQ}\N{KHMER VOWEL INHERENT AA}"
    "\N{MONGOLIAN FREE VARIATION SELECTOR ONE}\N{MONGOLIAN FREE VARIATION SELECTOR TWO}"
    "\N{MONGOLIAN FREE VARIATION SELECTOR THREE}"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))),  # variation selectors
)
_LATIN_LETTER: Final = re.compile(r"(?:FULLWIDTH )?LATIN (?:SMALL|CAPITAL) LETTER (?:DOTLESS )?([A-Z])(?: WITH .+)?")
_GREEK_ACCENTS: Final = frozenset("\u0300\u0301\u0304\u0306\u0313\u0314\u0342\u0345")
_BEYOND_LATIN: Final = "\u0250"
"""The first character after the precomposed Latin letters. No mark that would belong to another one comes before it."""
_YO: Final = ("е\u0308", "е")  # noqa: RUF001  # Cyrillic


def folded(name: str) -> str:
    """The name as it is compared; empty when there is no letter or number in it."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    return "".join(map(_alone, name)) if max(name) < _BEYOND_LATIN else _together(name)


def _together(name: str) -> str:
    caseless = _decomposed(_decomposed(name).casefold())
    return unicodedata.normalize("NFC", "".join(_kept(caseless.replace(*_YO))))


_alone: Final = lru_cache(maxsize=1024)(_together)
"""A character by itself: of a name in plain or accented Latin letters none changes what becomes of another."""


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFKD", name.translate(_IGNORED)).translate(_LETTERS)


def _kept(decomposed: str) -> list[str]:
    kept: list[str] = []
    bearer = (
        ""  # none behind a space: an accent that was typed alone, in place of an apostrophe, is a space with a mark
    )
    for char in decomposed:
        category = _category(char)
        if category[0] == "M":
            if bearer and not _is_accent(char, on=bearer):
                kept.append(char)
        elif category[0] in "LN":
            bearer = _bare(char)
            kept.append(bearer)
        elif category == "Zs":
            bearer = ""
    return kept


_category: Final = lru_cache(maxsize=4096)(unicodedata.category)


@lru_cache(maxsize=4096)
def _bare(char: str) -> str:
    """A Latin letter without what was added to it, such as the stroke of ł, which Unicode does not take apart."""
    added = _LATIN_LETTER.fullmatch(unicodedata.name(char, ""))
    return added.group(1).lower() if added else char


@lru_cache(maxsize=4096)
def _is_accent(mark: str, *, on: str) -> bool:
    script = unicodedata.name(on, "").partition(" ")[0]
    return script == "LATIN" or (script == "GREEK" and mark in _GREEK_ACCENTS)
