"""Every way in which keeping, holding or destroying can be refused."""

from contracts.problems import Conflict, FieldError, Invalid, NotFound


class NoSuchRun(NotFound):
    """There is none, or it is another partnership's."""

    slug, title = "no-such-run", "There is no disposal run with this number that you can see"


class NotInRun(NotFound):
    """The run does not list the referral."""

    slug, title = "not-in-run", "This disposal run does not list this referral"


class NoSuchHold(NotFound):
    """There is none, or it is another partnership's, or it does not stand on the referral."""

    slug, title = "no-such-hold", "There is no hold with this number that you can lift"


class NotDestroyed(NotFound):
    """There is no certificate, because nothing was destroyed."""

    slug, title = "not-destroyed", "This referral has not been destroyed"


class ItemSettled(Conflict):
    """What becomes of it is decided, or approved and about to be carried out."""

    slug, title = "item-settled", "This referral has been dealt with in this disposal run"


class StandsHeld(Conflict):
    """A legal hold stands on it."""

    slug, title = "held", "A legal hold stands on this referral, so it cannot be destroyed"

    def __init__(self) -> None:
        super().__init__("Keep it for longer, or leave it until every hold on it has been lifted.")


class NewerEdition(Conflict):
    """Something came in that the reviewer has not seen."""

    slug, title = "newer-edition", "Something was added to this referral since you looked"

    def __init__(self) -> None:
        super().__init__("Read the newest edition, then decide again.")


class NoLongerDue(Conflict):
    """Its time to be kept is not over any more; the run has let go of it."""

    slug, title = "no-longer-due", "The time to keep this referral is not over any more"

    def __init__(self) -> None:
        super().__init__("There is nothing to do: it comes up again when its time is over.")


class KeepUntilRefused(Invalid):
    """A referral is kept until a day that is still to come, and for a reason."""

    slug, title = "keep-until-refused", "Say until which day this referral is kept, and why"


class NotApprovable(Conflict):
    """Not everything that was to be approved can be: nothing was."""

    slug, title = "not-approvable", "Not all of these can be approved, so none was"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("Look at the list again and send only what can be approved.", errors=errors)


class NothingToHold(Invalid):
    """A hold has to stand on something."""

    slug, title = "nothing-to-hold", "None of these referrals can be held"

    def __init__(self, *, absent: tuple[int, ...], destroyed: tuple[int, ...]) -> None:
        advice = dict.fromkeys(absent, "Check this reference: your partnership has no such referral")
        advice |= dict.fromkeys(destroyed, "What this referral said has been destroyed already")
        super().__init__(errors=tuple(FieldError(f"/references/{place}", advice[place]) for place in sorted(advice)))
