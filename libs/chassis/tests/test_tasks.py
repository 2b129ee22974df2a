"""A stop: whoever pauses is woken by it."""

from chassis.tasks import Stop

BOUND_SECONDS = 20


async def test_a_pause_ends_with_the_stop() -> None:
    stop = Stop()

    paused = await stop.wait(0.001)
    stop.set()
    asked = await stop.wait(BOUND_SECONDS)

    assert (paused, asked, stop.is_set()) == (False, True, True)
