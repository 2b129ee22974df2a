"""What people and systems write where they know nothing: it finds nobody, reaches nobody and names nobody.

One list for the whole form, kept as of November 2026. Sources:

- what stands for an address, a name and anything else that is not known: word by word, in ``wordings``.
- pseudo postcodes: NHS Data Dictionary, POSTCODE OF USUAL ADDRESS (ZZ99 3VZ, no fixed abode); Hospital Episode
  Statistics, postcode of patient (3WZ not known; 3CZ England, 3GZ Wales, and so on to countries abroad): they end
  with Z. NF1 1NF is what councils' case systems accept for no fixed abode. No area
  is called A, AA, X, XX, Z or, but for those, ZZ (Royal Mail): they are how forms show what a postcode looks like.
- names: NHS systems register newborn babies as "Baby", "Male infant" and the like until they are named. How
  the mother's or the family's name is joined to it ("Baby of Sarah Smith", "B/O Smith") is as people write it.

An address that is withheld, and a refuge, are no placeholders: somebody knows them and keeps them from others.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from referral_intake.form.facts.said import said
from referral_intake.form.facts.wordings import (
    NO_ANSWER,
    NO_DOCTOR,
    NO_FAMILY,
    NO_PLACE,
    NO_REASON,
    NO_SCHOOL,
    NO_WORDS,
    NOBODY,
    NOT_KNOWN,
    OF_SOMEBODY,
    SOMEBODYS,
    Wording,
    listed,
)
from referral_intake.identifiers import postcode

_ELSEWHERE_WORDS: Final = listed("""
    see above, as above, same as above, same above, as per above, see below, see attached, see form, see referral
    see notes, see narrative, see system, see record, see records, as on system, as on record, as on file
    as per records, as per system, on file, on system, on record, as before
    as previous, as previously stated, as stated above
""")
"""What sends the reader elsewhere, where a copy of this field shows nothing."""
_NOBODYS: Final = listed("""
    a n other, an other, jane doe, john doe, joe bloggs, jo bloggs, fred bloggs, mr, mrs, miss, ms, u, baby of, b o
""")
_ROW: Final = re.compile(r"([a-z])\1{2,}")
"""One letter over and over."""

_NEWBORN: Final = re.compile(
    r"((first|second|third|1st|2nd|3rd|unborn|boy|girl|male|female) )?"
    r"(baby|newborn|new born|infant|unborn|twin|triplet|child|sibling)"
    r"( (boy|girl|male|female))?( ((no|nr|num|number) )?([0-9]|[a-d]|i{1,3}|one|two|three|four))?"
    r"( (boy|girl|male|female))?"
)
_SOMEBODYS_BABY: Final = re.compile(
    rf"{_NEWBORN.pattern} of .+|b o .+"
    r"|(unborn (baby|child|twin|infant)|(baby|infant|newborn) (boy|girl|male|female|[0-9])|baby(boy|girl)"
    r"|(twin|triplet) ([0-9]|[a-d]|one|two|three)) .+"
)
_ONES_BABY: Final = re.compile(
    r"(baby|babe|infant|newborn|new born|unborn|twin|triplet|child|boy|girl|male|female|bo) (.+)"
)
"""Before the family's name only: others are called "Baby Rose", "Bo James" and "Boy George"."""
_ELSEWHERE: Final = re.compile(
    r"ditto|same|same address|c o|care of|address line [0-9]"
    r"|((the )?same( address)?( as)?|as( per)?|see|ask) ((my|his|her|their|the) )?"
    r"(mums?|mothers?|dads?|fathers?|parents?|carers?|child|childs|siblings?|school|gp|referrer|above)"
    r"( (address|details|home|record|house))?"
    r"|((lives|living|stays|staying) )?((at|with|in) )?((my|his|her|their|the) )?"
    r"(mums?|mothers?|dads?|fathers?|parents?|grandparents?|grandmothers?|friends?|aunts?|uncles?|relatives?)"
    r" (house|home|place|flat)"
)
"""What sends the reader to somebody else or to another field, which a copy of this one does not show."""
_CROSSES: Final = re.compile(r"x+( (x+|[0-9]+x*))*")
_FOR_NOW: Final = re.compile(
    r" (at (present|the moment|this (time|point|stage))|at time of referral|currently|(for |right )?now|yet|as yet)$"
    r"|^(currently|presently|still|the|their|his|her) "
)
_JOINTS: Final = re.compile(r"[-\u2010-\u2015(),;:]| and | or ")
_LONGEST: Final = 120
"""More than that says something; and an account of pages is not taken apart to see it."""
_BEGINNINGS: Final = (
    frozenset(phrase.partition(" ")[0] for phrase in _ELSEWHERE_WORDS | _NOBODYS)
    | frozenset().union(*(kind.beginnings for kind in (NOT_KNOWN, NO_PLACE, NO_SCHOOL, NO_DOCTOR, NOBODY, NO_FAMILY)))
    | listed("""
        babe, bo, ditto, same, see, c, care, street, sofa, son, per, withheld, restricted, protected, suppressed
        sensitive, womens, womans, local, domestic, dv, da, refuge, safe, safehouse, secret, police, witness
        safeguarded, redacted, must, may, kept, staying, living, moved, held
    """)
)
"""With what any of all this begins, but for pseudo postcodes, and crosses of any length."""
_FIRST_LETTERS: Final = 40
_SHORTEST_WORD: Final = 2
_MARKS: Final = ".,;:!?)"
_EVERY_WORD: Final = (
    _BEGINNINGS
    | frozenset(word for each in _ELSEWHERE_WORDS for word in each.split())
    | listed("""
    un, line, surfing, surfer, surfers, surfs, right, details, record, house, place, flat, friend, friends, relatives
    mums, grandmothers, aunts, uncles, childs, siblings, twins
""")
)
"""Of these alone consists whatever stands for nothing, but for what is not in plain letters."""
_ACCENTED: Final = re.compile(r"[0-9A-Za-zÀ-ÖØ-Þà-öø-ÿ]+")
"""Letters that keep their accents when texts are compared, so that a word with one of them is no word of the lists."""
_TITLED: Final = re.compile(r"(?:(?:mr|mrs|miss|ms|mx|mstr|madam|sir|lady|lord|rev|dr|prof|professor) )+(.+)")
_FINER_JOINTS: Final = re.compile(r"[/.]")
_PSEUDO_POSTCODE: Final = re.compile(r"ZZ99 [0-9][A-Z]Z|NF1 1NF|(AA|XX|A|X|Z|ZZ(?!99))[0-9][0-9A-Z]? .+")
_KEPT_FROM: Final = (
    r"withheld|with held|confidential|restricted|protected|suppressed|sensitive|undisclosed|secret|safeguarded|redacted"
    r"|(not to be|cannot be|must not be|may not be|do not|dont) (disclosed?|shared?|released?|given out)"
)
_REFUGE: Final = (
    r"((womens|womans|womens aid|local|domestic abuse|domestic violence|dv|da|confidential|safe|undisclosed|secret) )*"
    r"(refuge|safe house|safehouse|safe accommodation|safe place|refuge accommodation|place of safety)"
)
_CALLED_SO: Final = (
    r".*\b(street|road|lane|close|avenue|way|drive|court|house|farm|gardens?|terrace|row|mews|square|hill|school"
    r"|nursery)$"
)
"""What has a name is no secret, whatever the name."""
_WITHHELD: Final = re.compile(
    r"(the )?((home|current|family|present|new) )?((address|location|details|postcode|whereabouts) )?"
    rf"((is|are|has been|have been|to be|being|kept) )?({_KEPT_FROM})"
    rf"( (address|location|details|postcode|accommodation))?( (?!{_CALLED_SO}).*)?"
    rf"|((in|at|staying in|living in|moved to|c o) )?((a|the) )?{_REFUGE}( (address|location))?( (in|near) .*)?"
    rf"( (is )?({_KEPT_FROM}|known to .*))?"
    r"|((the )?(home |current )?(address|location) )?(is )?(known|held|given) (only )?(to|by|with) (the )?"
    r"(police|social care|social services|social worker|childrens services|marac|idva|referrer|us)( only)?"
    r"|witness protection( .*)?|police protected address"
)
_NUMBERED: Final = re.compile(r"(?<=[a-z])(?=[0-9])")
_APART: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}")


def is_named(name: str | None) -> bool:
    """Whether a first name or a whole name is somebody's own."""
    if not name or _begins_otherwise(name):
        return bool(name)
    words = _words(name)
    if not words or _is_nobodys(words) or OF_SOMEBODY.fullmatch(name.strip().lower()):
        return False
    return not (_SOMEBODYS_BABY.fullmatch(words) or _NEWBORN.fullmatch(words))


def is_family_name(name: str | None) -> bool:
    """Whether a last name is a family's: nearly every word that is no first name is one."""
    if not name or _begins_otherwise(name):
        return bool(name)
    words = _words(name)
    return bool(words) and not (NO_FAMILY.is_nothing(words) or _CROSSES.fullmatch(words))


def is_first_name(first: str | None, last: str | None) -> bool:
    """Whether a first name is a child's own, beside this last name."""
    if not first or _begins_otherwise(first):  # what stands for nobody is made of words of the lists alone
        return bool(first)
    if not is_named(first):
        return False
    return not (_is_nobodys(_words(f"{first} {last or ''}")) or is_newborn(first, last))


def is_newborn(first: str | None, last: str | None) -> bool:
    """Whether a first name is what a child is called who has none yet: "Baby Smith" is a newborn of the Smiths.

    With no last name, what follows "Baby" is taken for it, unless a hyphen makes both one name.
    """
    if not first or _begins_otherwise(first):
        return False
    words, family = _words(first), _words(last or "")
    if _NEWBORN.fullmatch(words) or _SOMEBODYS_BABY.fullmatch(words):
        return True
    ones = _ONES_BABY.fullmatch(words)
    if ones is None:
        return False
    return ones[2] == family if family else first.strip().casefold().startswith(("baby ", "unborn "))


def names_family(first: str | None, last: str | None) -> bool:
    """Whether a newborn is called by whose child it is, and not only "Baby"."""
    return first is not None and is_newborn(first, last) and _NEWBORN.fullmatch(_words(first)) is None


def is_written(text: str | None) -> bool:
    """Whether a text says something, and not only that nobody knows."""
    return text is not None and not _says_nothing(text, NOT_KNOWN)


def is_reason(text: str | None) -> bool:
    """Whether a text gives a reason."""
    return text is not None and not _says_nothing(text, NO_REASON)


def is_answer(text: str | None) -> bool:
    """Whether a text answers what may be answered with none."""
    return text is not None and not _says_nothing(text, NO_ANSWER)


def is_told(text: str | None) -> bool:
    """Whether a text has words that somebody said."""
    return text is not None and not _says_nothing(text, NO_WORDS)


def is_school(text: str | None) -> bool:
    """Whether it is said where a child learns."""
    return text is not None and not _says_nothing(text, NO_SCHOOL)


def is_doctor(text: str | None) -> bool:
    """Whether a doctor or a practice is named."""
    return text is not None and not _says_nothing(text, NO_DOCTOR)


def is_whereabouts(text: str | None) -> bool:
    """Whether it is said where somebody is: "at home" does, though only beside an address can it be found."""
    return text is not None and leads_somewhere(text, postcode.find(text))


def is_place(line: str | None) -> bool:
    """Whether a line of an address can lead anybody to a person; of a kind of place alone nobody knows where it is."""
    if line is None:
        return False
    code = postcode.find(line)
    if code is None and line.strip().isdigit():
        return False
    return leads_somewhere(line, code) and (code is not None or _begins_otherwise(line) or not _is_kind_of_place(line))


def leads_somewhere(line: str, code: str | None) -> bool:
    """The same of a line that is this postcode, or none: some postcodes stand for having, or knowing, none."""
    if code is not None:
        return not _PSEUDO_POSTCODE.fullmatch(code)
    return _begins_otherwise(line) or not (is_withheld(line) or _says_nothing(line, NO_PLACE))


def is_withheld(line: str | None) -> bool:
    """Whether somebody keeps this place from others: it is kept as it was sent, and nobody is asked for it."""
    return line is not None and not _begins_otherwise(line) and _WITHHELD.fullmatch(_words(line)) is not None


def _begins_otherwise(text: str) -> bool:
    """Whether the first word, of Latin letters and digits, is in no list: so with most texts, and no more is asked.

    A word that something joins to the next one is left to those who take texts apart.
    """
    word = text[:_FIRST_LETTERS].partition(" ")[0].lower()
    if word in _BEGINNINGS or not (word.isalnum() and (word.isascii() or _ACCENTED.fullmatch(word))):
        return False
    if word.isalpha():
        return word != word[0] * len(word) or (word[0] != "x" and len(word) <= _SHORTEST_WORD)
    letters = word.rstrip("0123456789")
    if len(letters) <= _SHORTEST_WORD:  # a number or a postcode
        return letters not in ("x", "xx")
    return letters.strip("x") != "" and letters not in _BEGINNINGS


def _is_nobodys(words: str) -> bool:
    titled = _TITLED.fullmatch(words)
    if titled:  # what follows is a family's name: Dr White, Mrs Parent, Prof Young-Black
        return titled[1] in _NOBODYS or not is_family_name(titled[1])
    if words in _NOBODYS or _CROSSES.fullmatch(words) or _ROW.fullmatch(words):
        return True
    return NOBODY.is_nothing(words) or SOMEBODYS.fullmatch(words) is not None


def _is_kind_of_place(line: str) -> bool:
    return len(line) <= _LONGEST and not _has_own_word(line) and NO_PLACE.is_made_of(_words(line))


def _says_nothing(text: str, kind: Wording) -> bool:
    """Whether a text is made of what is written for nothing, in one piece or in several that are joined."""
    if text[:1].isdigit() or _begins_otherwise(text):
        return False
    if len(text) > _LONGEST or _has_own_word(text):
        return not said(text)
    return _is_nothing(_words(text), kind) or _is_each_nothing(_JOINTS.split(text), kind)


def _is_each_nothing(parts: Sequence[str], kind: Wording) -> bool:
    return all(
        (len(parts) > 1 and _is_nothing(_words(part), kind)) or _is_all_nothing(_FINER_JOINTS.split(part), kind)
        for part in parts
    )


def _is_all_nothing(parts: Sequence[str], kind: Wording) -> bool:
    return len(parts) > 1 and all(_is_nothing(_words(part), kind) for part in parts)


def _has_own_word(text: str) -> bool:
    """Whether one of its words, in plain letters, is in no list: most texts need not be taken apart to see it."""
    for each in text.lower().split():
        word = each if each.isalpha() else each.rstrip(_MARKS)
        if word not in _EVERY_WORD and word.isalpha() and word.isascii() and word.strip("x"):
            return True
    return False


def _is_nothing(words: str, kind: Wording) -> bool:
    if not words or words in _ELSEWHERE_WORDS or _FOR_NOW.sub("", words) in _ELSEWHERE_WORDS:
        return True
    return kind.is_nothing(words) or _CROSSES.fullmatch(words) is not None or _ELSEWHERE.fullmatch(words) is not None


def _words(text: str) -> str:
    """Its letters and digits, in small letters, with one space wherever anything else stood, and before a number."""
    if text.isascii():  # most are, and each accept reads some forty
        plain = text.lower().replace("'", "")
    else:
        plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _NUMBERED.sub(" ", _APART.sub(" ", plain)).strip()
