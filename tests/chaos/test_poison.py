"""Poison itself: the same for the same seed, and as harmful as each kind says."""

from collections import Counter
from uuid import UUID

import pytest

from audit.entry import EntryRefused, canonical_entry
from chassis.delivery.messages import Message, Record, read
from contracts.events import EVENTS
from contracts.problems import Invalid
from contracts.topics import TOPICS, Topic
from tests.chaos.poison import LIVE_EVERY, Poison, poison
from tests.chaos.poisoner import partition_of
from tests.chaos.spoiling import KINDS, Fate, NoText

SEED = 20261129
LIVE = [UUID(int=number) for number in range(1, 40)]
EVERY = [poison(SEED, topic.name, number, live=LIVE) for topic in TOPICS for number in range(3 * len(KINDS))]


def as_read(record: Poison) -> Record:
    headers = tuple(("\\xff" if isinstance(name, NoText) else name, value) for name, value in record.headers)
    return Record(record.topic, 0, 0, record.key, headers, record.data)


def believed(record: Poison) -> Message | None:
    """The message that a reader believes it to be; None when it is refused."""
    try:
        return read(as_read(record))
    except Invalid:
        return None


def test_the_same_seed_is_the_same_poison() -> None:
    again = [poison(SEED, record.topic, record.number, live=LIVE) for record in EVERY]

    assert again == EVERY
    assert poison(SEED + 1, TOPICS[0].name, 0) != poison(SEED, TOPICS[0].name, 0)


def test_no_poison_is_like_another() -> None:
    alike = Counter((record.topic, record.key, record.data) for record in EVERY if record.fate is Fate.PARKED)

    assert [(key, data) for (_, key, data), n in alike.items() if n > 1 and (key, data) != (None, None)] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_kind_comes_to_every_topic(topic: Topic) -> None:
    kinds = {record.kind for record in EVERY if record.topic == topic.name}

    assert kinds == {spoil.__name__ for spoil in KINDS}


def test_what_nobody_can_read_is_refused_at_every_door() -> None:
    unreadable = [record for record in EVERY if record.fate is Fate.PARKED]

    assert [record.name for record in unreadable if believed(record) is not None] == []


def test_everything_else_says_its_aggregate_and_version_under_its_key() -> None:
    for record in EVERY:
        if record.fate is not Fate.PARKED:
            message = believed(record)
            assert message is not None, record.name
            envelope = message.envelope
            assert (envelope.id, envelope.sequence) == record.entry
            assert envelope.subject == record.aggregate


def test_what_is_newer_is_of_no_type_that_is_known() -> None:
    newer = [record for record in EVERY if record.fate is Fate.FOLLOWED]

    assert {(dict(record.headers)["ce_type"] or b"").decode() in EVENTS for record in newer} == {False}


def test_the_log_can_say_of_everything_that_it_believes_whether_it_is_an_entry() -> None:
    entries = {record.kind: is_entry(record) for record in EVERY if believed(record) is not None}

    assert not any(entries[kind] for kind in ("null_value", "no_json", "too_long", "name_twice", "deep_nesting"))
    assert all(entries[kind] for kind in ("about_nothing", "newer_type", "wrong_types"))


def is_entry(record: Poison) -> bool:
    """Raises for what would stop the log."""
    try:
        canonical_entry({"id": "1"}, record.data or b"")
    except EntryRefused:
        return False
    return True


def test_a_few_have_a_live_key_and_only_of_kinds_that_may() -> None:
    live = [record for record in EVERY if record.live is not None]

    assert len(EVERY) / LIVE_EVERY / 2 < len(live) <= len(EVERY) / LIVE_EVERY
    assert {record.fate for record in live} == {Fate.PARKED, Fate.FOLLOWED}
    assert all(record.key == str(record.live).encode() for record in live)


def test_a_live_key_goes_where_its_referral_is() -> None:
    with_key, without = EVERY[0], next(record for record in EVERY if record.key is None)

    assert len({partition_of(with_key, seed=SEED) for _ in range(10)}) == 1
    assert len({partition_of(without, seed=SEED) for _ in range(10)}) == 1
