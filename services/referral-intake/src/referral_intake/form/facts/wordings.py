"""The words of which people and systems make what they write where they know nothing, one list for each kind of field.

A text says nothing when it is made of these words alone and one of them says that something is not there: so every
order, spelling out and joining of them is known without being listed. One word of another kind, and it says something.

Kept as of November 2026. Sources:

- not known, not given, refused, to be confirmed: the words that public reports of case systems quote, and the default
  entries of such systems ("Not stated", "Not recorded", "Information not yet obtained").
- no fixed abode and its kinds: the Homelessness code of guidance for local authorities (in force since 2018) speaks of
  rough sleeping, sofa surfing, hostels, bed and breakfast and other temporary accommodation.
- newborn babies: NHS systems register them as "Baby", "Male infant" and the like until they are named.
- relatives: the form's own codes of who somebody is to a child, in everyday words.
- Joe Bloggs, A N Other, John Doe, "test patient", rows of one letter and misspellings: as people write them; no
  publication lists them.

Left out, because people are called so: An, Boye, Man, Mama, Na, Nan, Nil, Son, Yet, and words that are family names.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple


def listed(lines: str) -> frozenset[str]:
    """The phrases of a list that is written with commas and lines."""
    return frozenset(phrase.strip() for line in lines.splitlines() for phrase in line.split(",") if phrase.strip())


class Wording(NamedTuple):
    """The words of one kind of field. ``absent`` say that something is not there, ``negating`` with another word."""

    absent: frozenset[str]
    negating: frozenset[str]
    others: frozenset[str]

    def is_nothing(self, words: str) -> bool:
        """Whether all words are of this kind, and one says that nothing is there."""
        parts = _joined(words)
        is_absent = not self.absent.isdisjoint(parts) or (len(parts) > 1 and not self.negating.isdisjoint(parts))
        return is_absent and self._has(parts)

    def is_made_of(self, words: str) -> bool:
        """Whether all words are of this kind."""
        return self._has(_joined(words))

    def _has(self, parts: Sequence[str]) -> bool:
        return all(
            part in self.others or part in self.absent or part in self.negating or part.isdigit() for part in parts
        )

    @property
    def beginnings(self) -> frozenset[str]:
        """With what such a text begins."""
        return self.absent | self.negating | self.others | _LETTERS


_SHORT: Final = re.compile(r"\b(n a|n k|u k|d k|n s|un known|un named)\b")
_HOMELESS: Final = re.compile(r"\b(n f a|sofa surf(ing|ers?|s)|street homeless|b b)\b")
_LETTERS: Final = frozenset("nudabc")


def _joined(words: str) -> list[str]:
    """One by one; several that stand for one, such as "n a", which slashes and dots take apart, as that one."""
    return _HOMELESS.sub("homeless", _SHORT.sub("unknown", words)).split()


_UNKNOWN: Final = listed("""
    unknown, unkown, unknwon, unknow, unknon, unkonwn, uknown, unknonw, unknowm, unknwn, unnown, umknown, unknownn
    unk, nk, dk, tbc, tba, tbd, tbe, unsure, uncertain, unavailable, unspecified, unstated, undefined, unconfirmed
    unclear, undetermined, unrecorded, undisclosed, dunno, pending, awaiting, awaited, declined, declines, refused
    refuses, blank, inapplicable
""")
_NONE: Final = listed("none, nil, null, na, nan, empty")
_NEGATING: Final = listed("""
    no, not, non, dont, doesnt, didnt, havent, hasnt, cannot, cant, couldnt, wont, wouldnt, unable, be, follow
    follows, ask
""")
"""Also what is said of what is still to come: "to be confirmed", "details to follow"."""
_FILLING: Final = listed("""
    a, an, the, this, that, it, its, i, we, us, me, to, of, at, in, on, by, for, from, with, as, and, or, but, yet
    still, is, are, was, were, been, being, has, have, had, do, does, did, can, could, would, will, want, wish
    able, any, known, know, knows, given, give, gave, provided, provide, supplied, stated, state, said, say
    recorded, disclosed, disclose, available, held, confirmed, confirm, advised, advise, confirmation, established
    completed, added, decided, determined, requested, obtained, obtain, shared, share, sure, certain, clear
    collected, asked, identified, applicable, applied, got, found, entered, entry, time, present, moment, point
    stage, current, currently, presently, now, later, date, information, info, details, detail, data, record
    records, file, system, referral, referrer, reporter, caller, who, what, which, when, prefer, prefers
    preferred, above, below, unfortunately, sorry, please
""")

NOT_KNOWN: Final = Wording(_UNKNOWN | _NONE, _NEGATING, _FILLING)
"""Of any field."""

_REFUSING: Final = listed(
    "refused, refuses, declined, declines, unable, cannot, cant, asked, able, want, wish, prefer, obtained"
)

NO_REASON: Final = Wording(
    (_UNKNOWN | _NONE) - _REFUSING, _NEGATING - _REFUSING, _FILLING - _REFUSING - listed("know, knows, sure, clear")
)
"""Of reasons: that somebody was not asked or refused is one."""

NO_ANSWER: Final = Wording(_UNKNOWN - _REFUSING, _NEGATING - _REFUSING, _FILLING - _REFUSING)
"""Of what may be answered with none: of risks, and of what is planned."""

NO_WORDS: Final = Wording(_UNKNOWN | _NONE, listed("not, no, be, follow"), _FILLING - listed("i, we, us, me"))
"""Of what a child said: "I don't know" is what a child says."""

_PEOPLE: Final = listed("""
    mother, mothers, mum, mums, mummy, mom, father, fathers, dad, dads, daddy, parent, parents, carer, carers
    guardian, sibling, siblings, brother, brothers, sister, sisters, stepfather, stepmother, stepdad, stepmum
    stepbrother, stepsister, grandmother, grandfather, grandma, grandad, grandparent, grandparents, aunt, auntie
    uncle, cousin, nephew, niece, partner, husband, wife, boyfriend, girlfriend, daughter
""")

_NO_HOME: Final = listed("""
    nfa, homeless, homelessness, rough, abroad, overseas, missing, moved, gone, left, various, multiple, absconded
    unhoused, roofless, houseless, travelling, hostel
""")
"""Of a hostel, only the word alone: one that has a name is a place."""
_OF_PLACES: Final = _PEOPLE | listed("""
    address, addresses, postcode, postcodes, post, code, home, homes, abode, residence, residing, resident, fixed
    b, permanent, settled, usual, regular, correct, new, old, previous, last, latest, sleeper, sleepers, sleeping
    sleeps, whereabouts, location, locations, living, lives, live, lived, staying, stays, stay, somewhere
    anywhere, different, several, many, between, moves, move, moving, around, about, away, out, country, county
    area, borough, region, temporary, temp, accommodation, accomodation, hotel, bed, breakfast, friend, friends
    relative, relatives, family, families, client, patient, child, children, he, she, they, his, her, their, him
    them, my, our, longer, there, here, possibly, think, nearby, traveller, uk, england, wales, scotland, ireland
    britain, united, kingdom, locally, nightly, night, same, registered, contact, school
""")
"""Not House, Street, Place or Line: places are called so."""

NO_PLACE: Final = Wording(_UNKNOWN | _NONE | _NO_HOME, _NEGATING, _FILLING | _OF_PLACES)
"""Of addresses and of where somebody is."""

NO_SCHOOL: Final = Wording(
    _UNKNOWN | _NONE | listed("too, under"),
    _NEGATING,
    _FILLING
    | listed("""
        school, schools, nursery, preschool, college, education, educated, place, roll, rolled, enrolled, attending
        attend, attends, attended, registered, going, go, goes, starting, started, young, old, age, child, moment, he
        she, they, aged, compulsory, currently, pre, allocated
    """),
)
"""Of schools and nurseries; "home educated" says where a child learns."""

NO_DOCTOR: Final = Wording(
    _UNKNOWN | _NONE,
    _NEGATING | listed("unregistered"),
    _FILLING
    | listed("gp, gps, doctor, doctors, dr, surgery, practice, registered, registration, family, child, he, she, they"),
)
"""Of GPs."""

_OF_CHILDREN: Final = listed("""
    baby, babies, babyboy, babygirl, child, children, kids, infant, neonate, newborn, unborn, foetus, fetus, bump
    twin, twins, triplet, triplets, boy, boys, girl, girls, male, female, toddler, teenager, adolescent, pupil
    student, patient, client, person, adult
""")
_NOBODY: Final = (
    _PEOPLE
    | _OF_CHILDREN
    | listed("""
    none, null, unidentified, unnamed, anon, anonymous, redacted, withheld, confidential, name, names, named
    forename, forenames, firstname, surname, lastname, user, yp, someone, somebody, nobody, anybody, another
    other, fnu, lnu, dr, prof, professor, mx, mstr, madam, test, testing, dummy, asdf, qwerty, abc, tbn
""")
)
_OF_NAMES: Final = listed("""
    first, second, third, fourth, last, family, middle, number, one, two, three, four, five, ii, iii, iv, 1st, 2nd
    3rd, 4th, 5th, b, c, d, x, y, z, aged, age, about, approx, approximately, circa, around, years, year, yrs, yr
    months, month, weeks, week, old, yo, half, step, older, elder, eldest, younger, youngest, new, born, expected
    young, service, user, registered, mr, mrs, miss, ms, asian, black, white, african, european, chinese, indian
    pakistani, bangladeshi, mixed
""")

NOBODY: Final = Wording((_UNKNOWN | _NOBODY) - listed("na, nan"), _NEGATING, _FILLING | _OF_NAMES)
"""Of first names and whole names."""

NO_FAMILY: Final = Wording(
    (_UNKNOWN - listed("blank"))
    | listed("none, unnamed, unidentified, anon, anonymous, redacted, withheld, surname, lastname, lnu"),
    _NEGATING,
    (_FILLING | _OF_NAMES | listed("name, names, named, forename")) - listed("x, y, z"),
)
"""Of a family's name alone: Blank, Child, Parent, Brother, Null and Test are family names."""

SOMEBODYS: Final = re.compile(rf"({'|'.join(sorted(_PEOPLE | _OF_CHILDREN))}|son) (of|to) .+")
"""Who is named after somebody else: "mother of Rowan"."""

OF_SOMEBODY: Final = re.compile(rf".+['\u2019]s? ((half|step|older|younger)[- ])?({'|'.join(sorted(_PEOPLE))}|son)")
"""The same the other way round: "Rowan's mum"."""
