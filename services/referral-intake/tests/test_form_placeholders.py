"""What is written where nobody knows anything, in the forms in which people and systems write it."""

# ruff: noqa: RUF001  # quotation marks and wide letters are written, too

from datetime import date

import pytest

from referral_intake.decide.completeness import refusals
from referral_intake.form.facts import facts_of
from referral_intake.form.facts.placeholders import (
    is_named,
    is_place,
    is_whereabouts,
    is_withheld,
    is_written,
)
from referral_intake.form.facts.reach import is_mailbox, is_phone
from referral_intake.form.identities import identities_of
from referral_intake.form.referral import ReferralForm

NO_PLACES = [
    "ZZ99 3WZ", "zz993vz", "ZZ99\u00a03VZ", "ZZ99–3WZ", "NF1 1NF", "nf11nf", "N.F.A.", "N/F/A", "NFA (sofa surfing)",
    "No Fixed Abode ", "UNKNOWN", "Un-known", "not  known", "?", "-", "N/A", "n.a.", "TBC", "AS ABOVE", "Same as above",
    "address unknown at present", "Not known at this time", "currently homeless", "No fixed address at the moment",
    "homeless - sofa surfing", "Homeless; address unknown", "unknown/not given", "XXXXX", "xx xx",
    "Their whereabouts unknown", "n/a - none given",
    "same as mum", "Same as Mother's", "as per mother", "Same address as child", "ditto", "c/o", "care of", "ask mum",
    "not known - ask school", "see mum's address", "Same as sibling", "Refuge - address not to be shared",
]  # fmt: skip
PLACES = [
    "12 Invented Street", "Flat 1", "ZZ99 3AB", "Homeless hostel, 12 Invented Street", "Unknown, 12 Invented Street",
    "c/o grandmother, Invented Farm", "Now Street", "X Block, Invented Barracks", "At present in Invented Lane",
    "c/o aunt, 3 Invented Road", "Same Road, Inventedham", "Ask Lane", "with mum at 4 Invented Road", "School House",
]  # fmt: skip


@pytest.mark.parametrize("line", NO_PLACES)
def test_what_leads_nobody_to_a_person_is_no_place(line: str) -> None:
    assert not is_place(line)


@pytest.mark.parametrize("line", PLACES)
def test_what_may_lead_to_a_person_is_a_place(line: str) -> None:
    assert is_place(line)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("not known at present", False),
        ("n/a - none given", False),
        ("Not known, but she has an aunt", True),
        ("X", False),
    ],
)
def test_a_text_says_something_unless_all_of_it_says_that_nobody_knows(text: str, written: bool) -> None:
    assert is_written(text) is written


@pytest.mark.parametrize(
    "number", ["unknown", "0000000000", "00000 000000", "11111", "999", "ask school", "n/a", "+44 0000 000000"]
)
def test_what_rings_nowhere_is_no_phone(number: str) -> None:
    assert not is_phone(number)


@pytest.mark.parametrize("number", ["+44 (0)20 7946 0018", "0044 7700 900123", "44111 2", "٠٧٧٠٠٩٠٠١٢٣"])
def test_a_number_with_its_country_code_or_in_other_digits_is_a_phone(number: str) -> None:
    assert is_phone(number)


def test_a_refuge_that_must_not_be_told_is_withheld_and_nobody_is_asked_for_it() -> None:
    assert is_withheld("Refuge - address not to be shared")


@pytest.mark.parametrize("word", ["unkown", "unknwon", "Unknow", "n.k.", "N/K", "dk", "not none"])
def test_what_is_meant_for_unknown_says_nothing_anywhere(word: str) -> None:
    assert not any(says(word) for says in (is_named, is_place, is_written))


@pytest.mark.parametrize("line", ["abroad", "Hostel", "currently abroad"])
def test_a_kind_of_place_alone_leads_nobody_there(line: str) -> None:
    assert not is_place(line)


@pytest.mark.parametrize("address", ["no.email@example.org", "none@none.com", "not_known@example.org"])
def test_a_mailbox_that_says_there_is_none_is_none(address: str) -> None:
    assert not is_mailbox(address)


NOWHERE = [
    "Sleeping rough", "NFA - rough sleeper", "No usual address", "no home address", "moved away", "Gone away",
    "left the country", "out of area", "home address", "Address line 1", "N/A N/A", "none known",
    "No address on file", "address TBC", "Address not given", "Address unavailable", "don't have it",
    "to be established", "awaiting confirmation", "Not Known Not Known", "postcode not known",
    "same as above address", "lives with mum", "mum's house", "staying with friends", "various addresses",
    "between addresses", "declined to give", "Refused to give address", "prefer not to say", "Family unknown",
    "whereabouts currently unknown", "no longer at address", "see form", "on system", "as previously stated",
    "Temporary accommodation", "B&B", "sofa-surfing at friends'", "0", "ZZ99 4QZ", "ZZ99 6CZ", "not-known.",
    "“Unknown”", "ＵＮＫＮＯＷＮ", "UK", "AA1 1AA", "XX9 9XX", "Z1 1ZZ",
]  # fmt: skip


@pytest.mark.parametrize("line", NOWHERE)
def test_however_it_is_put_that_nobody_knows_an_address_it_leads_nowhere(line: str) -> None:
    assert not is_place(line)


@pytest.mark.parametrize(
    "line",
    [
        *("1 New Street", "Old House", "The Home Farm", "A friend's sofa", "Left Bank", "Not Lane", "Invented Hostel"),
        *(
            "Rough Lea",
            "Same Street",
            "Unknown Lane 3",
            "Abroad Lodge",
            "Hotel Invented",
            "Address House",
            "Home Close",
        ),
    ],
)
def test_a_street_or_house_whose_name_has_such_a_word_is_a_place(line: str) -> None:
    assert is_place(line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(("At home", True), ("With his grandmother", True), ("In hospital", True), ("Hotel, room 3", True)),
        *(("not at home", False), ("location unknown", False), ("missing", False), ("whereabouts not known", False)),
    ],
)
def test_where_a_child_is_now_may_be_said_by_whom_it_is_with(text: str, said: bool) -> None:
    assert is_whereabouts(text) is said


@pytest.mark.parametrize(
    "number",
    ["01234567890", "07123 456789", "07000 000000", "00000000001", "08000", "01 01 1900", "1234567890", "12345"],
)
def test_a_row_of_digits_rings_nowhere(number: str) -> None:
    assert not is_phone(number)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "not.given@example.org",
            "notprovided@example.org",
            "nomail@example.org",
            "dont-know@example.org",
            "a@aa.invalid",
        ),
        *("x@x.com", "withheld@example.org", "no-one@example.org", "do_not_reply@example.org", "m@inbox.test"),
    ],
)
def test_however_it_is_put_that_there_is_no_mailbox_none_is_there(address: str) -> None:
    assert not is_mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "Morgan <m@example.org>",
            "m@example.org; n@example.org",
            "mailto:m@example.org",
            "\u200bm@example.org\ufeff",
        ),
        *("m@example.org.", "unknown@example.org, m@example.org", "nora@example.org", "none.smith@example.org"),
    ],
)
def test_an_address_that_was_copied_from_a_programme_is_a_mailbox(address: str) -> None:
    assert is_mailbox(address)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Withheld for safety",
            "Confidential - DV",
            "Safe accommodation",
            "C/O refuge",
            "Women's Aid refuge",
            "in a refuge",
        ),
        *(
            "Refuge in Kent",
            "Refuge (address known to police)",
            "Police protected address",
            "Witness protection",
            "[withheld]",
        ),
        *("Do not share with father", "Address must not be disclosed", "Address known to social care only", "Redacted"),
    ],
)
def test_however_it_is_put_that_an_address_is_kept_from_others_nobody_is_asked_for_it(line: str) -> None:
    assert is_withheld(line)
    assert not is_place(line)


@pytest.mark.parametrize("line", ["Protected Lane", "Secret Gardens", "1 Refuge Close", "Refuge Road", "Safe Street"])
def test_a_street_that_is_called_so_is_no_secret(line: str) -> None:
    assert not is_withheld(line)
    assert is_place(line)


@pytest.mark.parametrize("line", ["Address not disclosed", "Mother would not disclose", "unable to confirm"])
def test_what_nobody_told_is_asked_for(line: str) -> None:
    assert not is_withheld(line)
    assert not is_place(line)


@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01", "0001-01-01", "1899-12-30"])
def test_a_birthday_that_programmes_write_for_none_finds_and_recognises_nobody(day: str) -> None:
    child = {"first_name": "Rowan", "last_name": "Testerley", "date_of_birth": day}
    form = ReferralForm.model_validate({"referrer": {}, "children": [child], "concern": {}})
    facts = facts_of(form)

    assert identities_of(form, facts) == ()
    assert "/children/0/addresses" in {refusal.pointer for refusal in refusals(facts, today=date(2026, 11, 23))}
