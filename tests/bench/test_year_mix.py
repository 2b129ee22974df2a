"""The shares add up, each says where it is from, and what is generated follows them."""

import random
from collections import Counter

import pytest

from bench.year import mix
from bench.year.callers import system_of
from bench.year.moves import ASKED
from contracts.codes import ConcernType, Outcome
from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs


def test_the_sources_of_contact_are_those_of_the_published_total() -> None:
    assert sum(row.parts for row in mix.SOURCES.rows) == 642_980
    assert mix.SOURCES.share("police") == pytest.approx(0.287, abs=0.001)


def test_every_share_is_assumed_or_names_its_page_and_its_last_day() -> None:
    for table in mix.TABLES.values():
        for row in table.rows:
            published = row.source not in (mix.ASSUMED, mix._RULE)
            assert bool(row.of) is published
            assert not published or "https://" in row.source


def test_chosen_as_often_as_the_share_says() -> None:
    chance = random.Random(1)

    found = Counter(mix.DANGER.choose(chance) for _ in range(20_000))

    assert found["immediate-danger"] / 20_000 == pytest.approx(0.03, abs=0.005)


def test_codes_are_ones_that_the_services_know() -> None:
    assert {row.name for row in mix.CONCERN_TYPES.rows} <= {code.value for code in ConcernType}
    assert {row.name for row in mix.OUTCOMES.rows} <= {code.value for code in Outcome}


def test_every_sender_and_everybody_who_is_asked_is_an_agency_of_the_pack() -> None:
    packs = load_packs(PARTNERSHIPS_FOLDER)
    for partnership, senders in mix.SENDERS.items():
        known = {agency.code for agency in packs.versions(partnership)[-1].agencies}
        named = {agency for agencies in senders.values() for agency in agencies}
        assert {*named, *ASKED[partnership], f"{partnership}-mash"} <= known


def test_what_no_system_sends_is_sent_by_the_hub() -> None:
    assert mix.sender_of("warwickshire", "anonymous", random.Random(1)) == "warwickshire-mash"


def test_a_system_is_the_same_in_every_run() -> None:
    assert system_of("wandsworth", "ashcroft-primary").subject == system_of("wandsworth", "ashcroft-primary").subject
    assert system_of("wandsworth", "ashcroft-primary").subject != system_of("wandsworth", "wandsworth-mash").subject
