"""Names of many traditions: typed in every way that must not matter, and beside a name that must stay another."""

# ruff: noqa: RUF001  # letters that look alike are what this is about

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.folding import folded
from referral_intake.form.identities import identities_of

APOSTROPHES = "'’‘ʼʻ`´′＇ʹʾʿ՚׳ꞌˈ‛"
HYPHENS = "-‐‑‒–—―−﹣－־\u00ad"
SPACES = " \t\u00a0\u202f\u2009\u3000\u200b\u2060\ufeff"
UNSEEN = "\u200e\u200f\u200d\u202a\u2066"
DROPPED_BY_CAPITALS = dict.fromkeys(map(ord, "\u0301\u0342\u0313\u0314"))


class Name(NamedTuple):
    """One line of the table. ``plainly``: by somebody without its keys; empty where its script knows no such form."""

    tradition: str
    written: str
    plainly: str
    another: str


def names() -> list[Name]:
    lines = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()
    return [Name(*row) for row in csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")]


NAMES = names()


def typed(name: Name) -> Iterator[str]:
    """The name as keyboards, programs and habits make it."""
    written = name.written
    yield from (written.upper(), written.lower(), written.title(), written.swapcase())
    yield from (unicodedata.normalize(form, written) for form in ("NFC", "NFD", "NFKC", "NFKD"))
    yield from ("".join(each if char in APOSTROPHES else char for char in written) for each in APOSTROPHES)
    yield "".join(char for char in written if char not in APOSTROPHES)
    yield from (written.replace("-", each) for each in (*HYPHENS, " ", "", " - "))
    yield from (written.replace(" ", each) for each in (*SPACES, "  ", "", "-"))
    yield from (f"{each}{written}{each}" for each in (*SPACES, *UNSEEN))
    if name.plainly:
        yield from (name.plainly, name.plainly.upper(), name.plainly.lower())
    if name.tradition == "Greek":
        yield unicodedata.normalize("NFD", written.upper()).translate(DROPPED_BY_CAPITALS)


def test_the_table_is_of_two_hundred_names_from_thirty_traditions_and_more() -> None:
    assert len(NAMES) >= 200
    assert len({name.tradition for name in NAMES}) >= 30
    assert all(unicodedata.is_normalized("NFC", text) for name in NAMES for text in name)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.tradition}: {name.written}")
def test_a_name_is_the_same_however_it_is_typed(name: Name) -> None:
    assert {folded(each): each for each in typed(name)}.keys() == {folded(name.written)}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.tradition}: {name.written}")
def test_a_name_that_is_close_stays_another_one(name: Name) -> None:
    assert folded(name.written) != folded(name.another)


def test_no_two_names_of_the_table_are_alike() -> None:
    texts = [text for name in NAMES for text in (name.written, name.another)]

    assert len({folded(text) for text in texts}) == len(texts)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.tradition}: {name.written}")
def test_what_is_folded_stays_so_and_keeps_letters(name: Name) -> None:
    assert folded(folded(name.written)) == folded(name.written) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كريم", "کریم"),
        ("نبيلة", "نبیلة"),
        ("ہاجر", "هاجر"),
        ("محمــد", "محمد"),
        ("ﻣﺤﻤﺪ", "محمد"),
        ("פיײַגל", "פיייַגל"),
        ("ന്\u200d", "ൻ"),
        ("শ্\u200dরী", "শ্রী"),
        ("葛\U000e0100城", "葛城"),
        ("ﾀﾅｶ", "タナカ"),
        ("ﾊﾟﾊﾟ", "パパ"),
        ("𝐙𝐨𝐞", "zoe"),
        ("Ｚｏｅ", "ZOE"),
        ("Мар´яна", "Мар'яна"),
        ("Фёдор", "ФЕДОР"),
        ("O ´Testerley", "O'Testerley"),
    ],
)
def test_the_same_letters_under_other_codes_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Горький", "Горькии"),
        ("Їлля", "Ілля"),
        ("かき", "かぎ"),
        ("राम", "रम"),
        ("ใกล้", "ใกล"),
        ("አበበ", "አባበ"),
        ("שׁלום", "שׂלום"),
        ("مؤمن", "مومن"),
        ("Muhammad", "Mohammed"),
        ("Müller", "Mueller"),
        ("ˊㄇㄚ", "ˋㄇㄚ"),
    ],
)
def test_other_letters_and_marks_that_are_spelled_make_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("name", NAMES[::7], ids=lambda name: f"{name.tradition}: {name.written}")
def test_the_form_recognises_a_child_by_the_name_so_folded(name: Name) -> None:
    def sign(*parts: str) -> str:
        child = {"first_name": parts[0], "last_name": " ".join(parts[1:]), "date_of_birth": "2019-01-02"}
        form = ReferralForm.model_validate({"referrer": {}, "children": [child], "concern": {}})
        [identity] = identities_of(form, facts_of(form))
        return identity.sign

    as_sent = name.written.split()

    assert sign(*as_sent) == sign(*name.written.lower().split()) == sign(name.written)
    assert sign(*as_sent) != sign(*name.another.split())


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_a_latin_name_is_folded_letter_by_letter_as_it_is_at_once(name: str) -> None:
    at_once = folded(f"{name}\N{CYRILLIC SMALL LETTER A}")

    assert f"{folded(name)}\N{CYRILLIC SMALL LETTER A}" == at_once
