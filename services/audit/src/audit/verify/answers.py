"""What the verifier says: which strength ran, what it therefore proves, and what it does not."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from audit.quorum import Witnessed
from audit.receipt import ReceiptReport
from audit.verify.entitled import EntitledReport
from audit.verify.public import PublicReport

_OWN_KEY: Final = " The key came with the log: name the one you trust with --key."
_NOT_PINNED: Final = "that this is the log you saw before: its key came with it"


@dataclass(frozen=True)
class Verified:
    """A good result, as one line for people or as JSON for machines."""

    strength: str
    line: str
    proves: tuple[str, ...]
    does_not_prove: tuple[str, ...]
    facts: Mapping[str, Any]

    def print(self, *, as_json: bool) -> None:
        """One line."""
        line = f"Verified ({self.strength}): {self.line}"
        if as_json:
            claims = {"proves": self.proves, "does_not_prove": self.does_not_prove}
            line = json.dumps({"verified": True, "strength": self.strength, "line": line, **self.facts, **claims})
        sys.stdout.write(line + "\n")


def print_failure(code: int, strength: str, problem: str, *, as_json: bool) -> int:
    """One line that says what is wrong; returns the exit code. Code 1: not verified; anything else: not checked."""
    line = f"{'Not verified' if code == 1 else 'Could not check'} ({strength}): {problem}"
    if as_json:
        answer = {"verified": False if code == 1 else None, "strength": strength, "problem": line}
        sys.stdout.write(json.dumps(answer) + "\n")
    else:
        sys.stderr.write(line + "\n")
    return code


def of_public(report: PublicReport, *, pinned: bool) -> Verified:
    """What the tree proves."""
    line = (
        f"{_tree(report)}. It does not show what they commit to, nor what never reached the log: an auditor can, "
        f"with entitled.{'' if pinned else _OWN_KEY}"
    )
    return Verified(
        "public",
        line,
        _proven_of_tree(report),
        (
            "what the leaves commit to",
            "that every event of every service is in the log",
            *_not_asked(report.witnessed),
            *(() if pinned else (_NOT_PINNED,)),
        ),
        _facts(report, pinned=pinned),
    )


def of_entitled(report: EntitledReport, *, pinned: bool) -> Verified:
    """What the entries prove beyond the tree."""
    compared = ", ".join(report.compared)
    line = (
        f"{_tree(report.public)}. {report.opened:,} opened, {report.destroyed:,} destroyed, {report.closed:,} of "
        f"others; {report.aggregates:,} aggregates without a gap, {report.looks:,} looks among them; "
        + (
            f"everything that {compared} recorded is there."
            if compared
            else "not compared with any service's own versions."
        )
        + ("" if pinned else _OWN_KEY)
    )
    numbers = {name: value for name, value in vars(report).items() if name != "public"}
    facts = {**_facts(report.public, pinned=pinned), **numbers}
    return Verified("entitled", line, _proven_of_entries(report), _open_to_doubt(report, pinned=pinned), facts)


def _proven_of_entries(report: EntitledReport) -> tuple[str, ...]:
    compared = ", ".join(report.compared)
    return (
        *_proven_of_tree(report.public),
        f"{report.opened} entries say what their leaves committed to when they were signed",
        f"{report.aggregates} aggregates, counts of looks among them, have every version from the first to their last",
        *((f"nothing that {compared} had recorded is missing, and nothing else was added",) if compared else ()),
    )


def _open_to_doubt(report: EntitledReport, *, pinned: bool) -> tuple[str, ...]:
    return (
        *((f"what {report.closed} entries say that were not shown: other partnerships'",) if report.closed else ()),
        *((f"what {report.destroyed} entries said that were destroyed",) if report.destroyed else ()),
        *(() if report.compared else ("that nothing is missing at the end: no service was compared (--owner)",)),
        "that what a service recorded is true",
        *_not_asked(report.public.witnessed),
        *(() if pinned else (_NOT_PINNED,)),
    )


def of_receipt(report: ReceiptReport) -> Verified:
    """What a receipt proves by itself."""
    partial = (
        f"; of {report.partial_aggregates} other versions exist that are not in it" if report.partial_aggregates else ""
    )
    line = (
        f"{report.entries:,} entries of {report.aggregates:,} aggregates of the referral {report.referral_id} are in "
        f"the log {report.origin} as it was signed at {report.size:,} leaves{_cosigned(report.witnessed)}{partial}. "
        f"It does not show what else the log holds."
    )
    return Verified(
        "receipt",
        line,
        (f"{report.entries} entries, word for word, are in the log that this key signed",),
        (
            "that these are all entries of the referral",
            "that what a service recorded is true",
            *_not_asked(report.witnessed),
        ),
        {**asdict(replace(report, witnessed=None)), "witnessed": _of_witnesses(report.witnessed) or None},
    )


def _tree(report: PublicReport) -> str:
    extends = "" if report.extends_size is None else f", extending the checkpoint at {report.extends_size:,}"
    continues = "" if report.former is None else f", continuing {report.former}"
    tree = f"{report.origin} holds {report.size:,} leaves under the root {report.root}"
    return f"{tree}{extends}{continues}{_cosigned(report.witnessed)}"


def _cosigned(witnessed: Witnessed | None) -> str:
    return "" if witnessed is None else f"; {_witnesses(witnessed)}, {_of_witnesses(witnessed)['age_seconds']:,} s ago"


def _witnesses(witnessed: Witnessed) -> str:
    names = ", ".join(each.key.name for each in witnessed.cosignatures)
    return f"its first {witnessed.checkpoint.size:,} are cosigned by {names} ({witnessed.needed} needed)"


def _not_asked(witnessed: Witnessed | None) -> tuple[str, ...]:
    return () if witnessed else ("that nobody is shown another log: no witness was asked for (--witness)",)


def _of_witnesses(witnessed: Witnessed | None) -> dict[str, Any]:
    now = datetime.now(UTC)  # noqa: TID251  # the verifier stands alone, without a clock of ours
    return {} if witnessed is None else witnessed.report(now)


def _proven_of_tree(report: PublicReport) -> tuple[str, ...]:
    extends = report.extends_size
    return (
        f"{report.size} leaves, each of them hashed again, are what this key signed",
        *((f"the first {extends} are those that were signed then: none altered or removed",) if extends else ()),
        *((f"the log goes on from {report.former}",) if report.former else ()),
        *((_witnesses(report.witnessed),) if report.witnessed else ()),
    )


def _facts(report: PublicReport, *, pinned: bool) -> dict[str, Any]:
    former = (
        None
        if report.former is None
        else asdict(report.former.checkpoint) | {"root": report.former.checkpoint.root.hex()}
    )
    return {
        "key_pinned": pinned,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "key": report.key,
        "extends_size": report.extends_size,
        "former": former,
        "witnessed": _of_witnesses(report.witnessed) or None,
    }
