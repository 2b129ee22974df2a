"""What people and systems write where they know nothing: it finds nobody, reaches nobody and names nobody.

One list for the whole form, kept as of November 2026. Sources:

- pseudo postcodes: NHS Data Dictionary, POSTCODE OF USUAL ADDRESS (ZZ99 3VZ, no fixed abode); Hospital Episode
  Statistics, postcode of patient (3WZ not known; 3CZ England, 3GZ Wales, 1WZ Scotland, 2WZ Northern Ireland, none of
  them otherwise stated). NF1 1NF is what councils' case systems accept for no fixed abode; NFA is its short form.
- names: NHS systems register newborn babies as "Baby", "Male infant" and the like until they are named. How
  the mother's or the family's name is joined to it ("Baby of Sarah Smith", "B/O Smith") is as people write it.
- misspellings of "unknown", titles alone, Jane and John Doe, "abroad" and "hostel" alone: as people write them; no
  publication lists them.
- the words in other fields are those that public reports of such systems quote; they say that something is not known.

An address that is withheld, and a refuge, are no placeholders: somebody knows them and keeps them from others.
"""

import re
import unicodedata
from typing import Final

from referral_intake.form.facts.said import said
from referral_intake.identifiers import postcode


def _listed(lines: str) -> frozenset[str]:
    return frozenset(phrase.strip() for line in lines.splitlines() for phrase in line.split(",") if phrase.strip())


_NOT_KNOWN: Final = _listed("""
    unknown, not known, nk, n k, unk, dont know, do not know, unsure, not sure, tbc, tba, to be confirmed, to be advised
    to follow, not applicable, na, n a, none, none given, nil, null, not available, not given, not provided
    not supplied, not recorded, not stated, not disclosed, not said, no details, no information, details not known
    details unknown, information not known, see above, as above, same as above, as per above, see below, see attached
    un known, unkown, unknwon, unknow, unknon, unkonwn, uknown, unknonw, dk, d k, not none
""")
_NO_ADDRESS: Final = _listed("""
    nfa, n f a, no fixed abode, of no fixed abode, no fixed address, no permanent address, no address, no known address
    no current address, not at this address, address unknown, address not known, unknown address, whereabouts unknown
    homeless, street homeless, rough sleeper, sofa surfing, abroad, overseas, hostel
""")
_NO_PLACE: Final = _NOT_KNOWN | _NO_ADDRESS
_NOBODYS: Final = _listed("""
    unknown, not known, name unknown, unknown name, name not known, not given, not provided, not stated, not recorded
    not disclosed, dont know, do not know, no information, none given, nk, n k, u k, n a, tbc, tba, to be confirmed
    no name, no name yet, not named, not yet named, unnamed, name withheld, anon, anonymous, a n other
    unknown child, unknown male, unknown female, child, the child, boy, girl, male, female
    baby of, neonate, male infant, female infant, unborn baby, unborn child, foetus, fetus
    sibling, brother, sister, daughter, bump, baby bump, unknown unknown, unidentified, not given yet, not known yet
    unidentified child, unidentified male, unidentified female, unborn baby boy, unborn baby girl
    mother, mum, mummy, father, dad, daddy, parent, parents, carer
    unkown, unknwon, unknow, unknon, unkonwn, uknown, unknonw, dk, d k, not none
    mr, mrs, miss, ms, jane doe, john doe
""")
"""Not "Son", "Nil" or "Na": people are called so."""

_NEWBORN: Final = re.compile(
    r"((first|second|third|1st|2nd|3rd|unborn|boy|girl|male|female) )?"
    r"(baby|newborn|new born|infant|unborn|twin|triplet|child|sibling)"
    r"( (boy|girl|male|female))?( ([0-9]|[a-d]|i{1,3}|one|two|three|four))?( (boy|girl|male|female))?"
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
    r"ditto|same|same address|c o|care of"
    r"|((the )?same( address)?( as)?|as( per)?|see|ask) ((my|his|her|their|the) )?"
    r"(mums?|mothers?|dads?|fathers?|parents?|carers?|child|childs|siblings?|school|gp|referrer)"
    r"( (address|details|home|record))?"
)
"""What sends the reader to somebody else or to another field, which a copy of this one does not show."""
_COUNTRY_CODE: Final = re.compile(r"^0{0,2}44(?=[0-9]{9})")
_CROSSES: Final = re.compile(r"x{2,}( x+)*")
_FOR_NOW: Final = re.compile(
    r" (at (present|the moment|this (time|point|stage))|at time of referral|currently|(for |right )?now|yet|as yet)$"
    r"|^(currently|presently|still|the|their|his|her) "
)
_JOINTS: Final = re.compile(r"[-\u2010-\u2015(),;:]| and | or ")
_LONGEST: Final = 120
"""More than that says something; and an account of pages is not taken apart to see it."""
_BEGINNINGS: Final = frozenset(phrase.partition(" ")[0] for phrase in _NO_PLACE | _NOBODYS) | _listed("""
    babyboy, babygirl, babe, b, bo
    baby, newborn, new, infant, unborn, twin, triplet, currently, presently, still, the, their, his, her, and, or
    ask, ditto, same, see, c, care, first, second, third, 1st, 2nd, 3rd, boy, girl, male, female, child, sibling
    home, current, family, address, location, details, postcode, is, are, has, to, withheld, confidential, restricted
    protected, suppressed, sensitive, undisclosed, do, in, at, a, womens, womans, local, domestic, dv, da, refuge, safe
""")
"""With what any of all this begins, but for pseudo postcodes, and crosses of any length."""
_FIRST_LETTERS: Final = 40
_ACCENTED: Final = re.compile(r"[0-9A-Za-zÀ-ÖØ-Þà-öø-ÿ]+")
"""Letters that keep their accents when texts are compared, so that a word with one of them is no word of the lists."""
_FINER_JOINTS: Final = re.compile(r"[/.]")
_PSEUDO_POSTCODES: Final = _listed("ZZ99 3VZ, ZZ99 3WZ, ZZ99 3CZ, ZZ99 3GZ, ZZ99 1WZ, ZZ99 2WZ, NF1 1NF")
_WITHHELD: Final = re.compile(
    r"(the )?((home|current|family) )?((address|location|details|postcode) )?((is|are|has been|to be) )?"
    r"(withheld|confidential|restricted|protected|suppressed|sensitive|undisclosed|not to be disclosed|do not disclose"
    r"|not to be shared|do not share)"
    r"( (address|location|details|postcode))?( .*)?"
    r"|((in|at) )?((a|the) )?((womens|womans|local|domestic abuse|dv|da) )?(refuge|safe house)"
    r"( (address|accommodation))?( (withheld|confidential|(not to be|do not) (shared?|disclosed?)))?"
)
_NO_MAILBOX: Final = re.compile(
    r"(none|no|noemail|no[-._]e?-?mail|noreply|no-reply|donotreply|unknown|unkown|not[-._]?known|na|n/a|null|nil|tbc|xx+)@.*"
    r"|.*@(none|unknown|noemail|no-email|invalid|test|xx+|na)(\.[a-z.]+)?"
)
_MAILBOX: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_FEWEST_DIGITS: Final = 5
"""Of a number that somebody can be called on: an extension of a switchboard has them; 999 and 101 reach no caller."""
_APART: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}")


def is_named(name: str | None) -> bool:
    """Whether a name is somebody's own."""
    if not name or _begins_otherwise(name):
        return bool(name)
    words = _words(name)
    if words in _NOBODYS or _SOMEBODYS_BABY.fullmatch(words):
        return False
    return said(name) and not (_NEWBORN.fullmatch(words) or _CROSSES.fullmatch(words))


def is_first_name(first: str | None, last: str | None) -> bool:
    """Whether a first name is a child's own, beside this last name."""
    if not first or not is_named(first):
        return False
    return _words(f"{first} {last or ''}") not in _NOBODYS and not is_newborn(first, last)


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
    return text is not None and (_begins_otherwise(text) or (said(text) and not _is_one_of(_NOT_KNOWN, text)))


def is_place(line: str | None) -> bool:
    """Whether a line of an address, or a place in words, can lead anybody to a person."""
    return line is not None and leads_somewhere(line, postcode.find(line))


def leads_somewhere(line: str, code: str | None) -> bool:
    """The same of a line that is this postcode, or none: some postcodes stand for having, or knowing, none."""
    if code is not None:
        return code not in _PSEUDO_POSTCODES
    return _begins_otherwise(line) or (said(line) and not (is_withheld(line) or _is_one_of(_NO_PLACE, line)))


def is_withheld(line: str | None) -> bool:
    """Whether somebody keeps this place from others: it is kept as it was sent, and nobody is asked for it."""
    return line is not None and not _begins_otherwise(line) and _WITHHELD.fullmatch(_words(line)) is not None


def is_phone(number: str | None) -> bool:
    """Whether somebody may answer there. Digits of any script count; one digit over and over is nobody's number."""
    digits = "".join(filter(str.isdecimal, number or ""))
    if not digits.isascii():
        digits = "".join(str(unicodedata.digit(digit)) for digit in digits)
    national = _COUNTRY_CODE.sub("", digits)
    return len(digits) >= _FEWEST_DIGITS and len(set(national[1:])) > 1


def is_mailbox(address: str | None) -> bool:
    """Whether an e-mail may arrive there."""
    written = (address or "").strip().casefold()
    return _MAILBOX.fullmatch(written) is not None and _NO_MAILBOX.fullmatch(written) is None


def _begins_otherwise(text: str) -> bool:
    """Whether the first word, of Latin letters and digits, is in no list: so with most texts, and no more is asked.

    A word that something joins to the next one is left to those who take texts apart.
    """
    word = text[:_FIRST_LETTERS].partition(" ")[0]
    if not (word.isalnum() and (word.isascii() or _ACCENTED.fullmatch(word))):
        return False
    return word[0] not in "xX" and word.lower() not in _BEGINNINGS


def _is_one_of(listed: frozenset[str], text: str) -> bool:
    """Whether a text is one of these, or several of them joined, each with or without "at present" and the like."""
    if len(text) > _LONGEST:
        return False
    words, parts = _words(text), _JOINTS.split(text)
    if not words or _is_listed(listed, words):
        return True
    is_joined = len(parts) > 1 or _FINER_JOINTS.search(text) is not None
    return is_joined and all(_is_part(listed, part) for part in parts)


def _is_part(listed: frozenset[str], part: str) -> bool:
    words = _words(part)
    if not words or _is_listed(listed, words):
        return True
    finer = _FINER_JOINTS.split(part)
    return len(finer) > 1 and all(_is_listed(listed, each) for each in map(_words, finer) if each)


def _is_listed(listed: frozenset[str], words: str) -> bool:
    if words in listed or words == "x" or _FOR_NOW.sub("", words) in listed:
        return True
    return _CROSSES.fullmatch(words) is not None or _ELSEWHERE.fullmatch(words) is not None


def _words(text: str) -> str:
    """Its letters and digits, in small letters, with one space wherever anything else stood."""
    if text.isascii():  # most are, and each accept reads some forty
        plain = text.lower().replace("'", "")
    else:
        plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _APART.sub(" ", plain).strip()
