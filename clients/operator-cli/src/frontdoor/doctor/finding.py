"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is good, what was found, and what to do when it is not.

    Nothing in it is a secret or describes a person: it goes into support files as it is.
    """

    check: str
    good: bool
    says: str
    advice: str = ""

    @property
    def line(self) -> str:
        """As people read it."""
        words = f"{'ok   ' if self.good else 'wrong'}  {self.check}: {self.says}"
        return f"{words}. {self.advice}" if self.advice else words

    def data(self) -> dict[str, object]:
        """For machines."""
        return {"check": self.check, "ok": self.good, "says": self.says, "advice": self.advice}


def ok(check: str, says: str) -> Finding:
    """It is as it has to be."""
    return Finding(check, True, says)


def wrong(check: str, says: str, advice: str) -> Finding:
    """It is not, and this is to be done."""
    return Finding(check, False, says, advice)
