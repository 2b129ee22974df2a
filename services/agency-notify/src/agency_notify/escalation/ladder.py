"""Which stage is notified next. Pure: it sees the ladder in force and what was notified before, and nothing else."""

from collections.abc import Collection, Sequence

from agency_notify.escalation.model import Stage


def first(ladder: Sequence[Stage], named: str, *, meant: Collection[str]) -> Stage:
    """Where a climb begins: above the lowest stage that the notice itself was for, else with the role the pack names.

    ``named`` is that role, at its place on the ladder, or beside it (number 0) when it has none. ``meant`` are the
    roles of the notice: a person who did not open it is not the one to notify of that.
    """
    failed = [stage.number for stage in ladder if stage.role in meant]
    if failed:
        return after(ladder, named, number=min(failed))
    return next((stage for stage in ladder if stage.role == named), Stage(0, named))


def after(ladder: Sequence[Stage], named: str, *, number: int) -> Stage:
    """The lowest stage above ``number``; above the last one, the last one again. Without a ladder, the named role.

    Numbers count, not places: when the pack changed in between, a climb goes on from where it was and never down,
    except to what is the last stage now.
    """
    above = (stage for stage in ladder if stage.number > number)
    return next(above, ladder[-1] if ladder else Stage(0, named))


def is_last(ladder: Sequence[Stage], stage: Stage) -> bool:
    """Whether no other stage is left, so that this one is notified again and again."""
    return not ladder or stage.number >= ladder[-1].number
