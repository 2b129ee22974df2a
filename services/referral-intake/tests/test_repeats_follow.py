"""Likely repeats follow editions: what a referral says now is recognised, and what it said by mistake is not."""

from datetime import timedelta

from intake_caller import Caller, sent
from intake_examples import form
from repeat_examples import ALDER, HAZEL, NAME, ROWAN, SURNAME, about, previous_of, put_right, repeated
from supplement_examples import id_of, new_child, news

from chassis.testing.clock import SettableClock


async def test_a_sister_who_was_added_is_recognised_when_she_is_referred_alone(caller: Caller) -> None:
    path = await sent(caller, children=[ALDER])
    before = await repeated(caller, {**HAZEL, "nhs_number": "9990000026", "first_name": "Holly"}, key="another")
    await caller.add(path, new_child(**HAZEL))

    assert (before, await repeated(caller, HAZEL, key="alone")) == (None, str(id_of(path)))


async def test_a_corrected_name_is_recognised_and_the_wrong_one_is_not(caller: Caller) -> None:
    path = await sent(caller, children=[ROWAN])
    await put_right(caller, path, NAME, "Robin", key="right")

    assert await repeated(caller, {**ROWAN, "first_name": "Robin"}, key="right-name") == str(id_of(path))
    assert await repeated(caller, ROWAN, key="wrong-name") is None


async def test_a_correction_that_is_undone_is_as_if_there_had_been_none(caller: Caller) -> None:
    path = await sent(caller, children=[ROWAN])
    marks = await caller.rows("SELECT * FROM repeat_mark ORDER BY mark")
    await put_right(caller, path, NAME, "Robin", key="wrong")
    other = await caller.rows("SELECT * FROM repeat_mark ORDER BY mark")

    await put_right(caller, path, NAME, "Rowan", key="undone")

    assert await caller.rows("SELECT * FROM repeat_mark ORDER BY mark") == marks != other
    assert await repeated(caller, ROWAN, key="again") == str(id_of(path))


async def test_a_correction_shows_that_a_referral_is_a_repeat_and_another_that_it_is_none(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[{**ROWAN, "first_name": "Robin"}]), key="second")).headers["location"]
    before = await previous_of(caller, second)

    await put_right(caller, second, NAME, "Rowan", key="right")
    found = await previous_of(caller, second)
    await put_right(caller, second, SURNAME, "Otherwise", key="wrong-again")

    assert (before, found, await previous_of(caller, second)) == (None, str(id_of(first)), None)


async def test_a_number_that_is_put_right_bars_what_a_name_suggests_and_its_undoing_does_not(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[{**ROWAN, "nhs_number": "9990000018"}])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    before = await previous_of(caller, second)

    await put_right(caller, second, "/children/0/nhs_number", "9990000026", key="twin")
    twin = await previous_of(caller, second)
    await put_right(caller, second, "/children/0/nhs_number", None, key="undone")

    assert (before, twin, await previous_of(caller, second)) == (str(id_of(first)), None, str(id_of(first)))
    assert await repeated(caller, {**ROWAN, "nhs_number": "9990000018"}, key="third") == str(id_of(second))


async def test_what_leaves_the_children_as_they_are_leaves_the_repeat_as_it_is(caller: Caller) -> None:
    first = await sent(caller, children=[ROWAN])
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]

    await caller.add(second, news())
    await put_right(caller, second, "/children/0/sex", "M", key="sex")

    assert await previous_of(caller, second) == str(id_of(first))
    assert await previous_of(caller, first) is None


async def test_what_was_put_right_in_the_earlier_referral_is_seen_by_the_next_edition_of_the_later(
    caller: Caller, clock: SettableClock
) -> None:
    first = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=1))
    second = (await caller.post(form(children=[ROWAN]), key="second")).headers["location"]
    await put_right(caller, first, NAME, "Robin", key="right")
    before = await previous_of(caller, second)

    await caller.add(second, news())

    assert (before, await previous_of(caller, second)) == (str(id_of(first)), None)


async def test_a_referral_of_later_is_not_what_an_earlier_one_repeats(caller: Caller, clock: SettableClock) -> None:
    first = await sent(caller, children=[ALDER])
    clock.advance(timedelta(hours=1))
    await caller.post(about(**HAZEL), key="alone")

    await caller.add(first, new_child(**HAZEL))

    assert await previous_of(caller, first) is None


async def test_each_child_is_recognised_for_72_hours_from_when_it_came_in(caller: Caller, clock: SettableClock) -> None:
    path = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=70))
    await caller.add(path, new_child(**HAZEL))
    clock.advance(timedelta(hours=3))

    assert await repeated(caller, HAZEL, key="sister") == str(id_of(path))
    assert await repeated(caller, ROWAN, key="first") is None


async def test_a_name_that_is_put_right_after_72_hours_makes_no_mark(caller: Caller, clock: SettableClock) -> None:
    path = await sent(caller, children=[ROWAN])
    clock.advance(timedelta(hours=73))

    await put_right(caller, path, NAME, "Robin", key="late")

    assert await caller.count("repeat_mark") == 0
