"""Has the stand-alone verifier check the log, in a process of its own that trusts nobody."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from frontdoor.answer import Answer
from frontdoor.errors import CalledWrongly, Unreachable, Wrong

_NOT_VERIFIED: Final = 1


def public(*, key: str | None = None, since: str | None = None) -> Sequence[str]:
    """The verifier's arguments beside the address, for the strength that needs no rights."""
    return ("public", *(("--key", key) if key else ()), *(("--since", since) if since else ()))


def entitled(
    token_file: str, *, owners: Mapping[str, str], key: str | None = None, since: str | None = None
) -> Sequence[str]:
    """The same for an auditor, whose token is in a file; ``owners`` are the addresses of all services by name."""
    _, *options = public(key=key, since=since)
    compared = (part for name, url in owners.items() for part in ("--owner", f"{name}={url}"))
    return ("entitled", "--token-file", token_file, *options, *compared)


def witnessed_by(witnesses: Sequence[str], *, needed: int | None = None) -> Sequence[str]:
    """Further arguments: by which witnesses, and by how many of them, the log has to be cosigned."""
    named = (option for witness in witnesses for option in ("--witness", witness))
    return (*named, *(("--witnesses-needed", str(needed)) if needed is not None else ()))


async def verify(audit_url: str, arguments: Sequence[str]) -> Answer:
    """Raises ``Wrong`` when the log does not verify, ``Unreachable`` when it could not be checked."""
    report = await read_report(audit_url, arguments)
    return Answer(report, (report["line"], *witnessed_line(report)))


def witnessed_line(report: Mapping[str, Any]) -> tuple[str, ...]:
    """How far the log is witnessed, when the verifier was asked for that."""
    if (witnessed := report["witnessed"]) is None:
        return ()
    names = ", ".join(f"{name} at {time}" for name, time in witnessed["cosigned_at"].items())
    return (
        f"Witnessed: its first {witnessed['size']:,} leaves, by {len(witnessed['cosigned_at'])} "
        f"({witnessed['needed']} needed), {witnessed['age_seconds']:,} seconds ago: {names}",
    )


async def read_report(audit_url: str, arguments: Sequence[str]) -> Mapping[str, Any]:
    """What the verifier reports of a good log. Raises as ``verify`` does."""
    strength, *options = arguments
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audit.verify", strength, audit_url, "--json", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    try:
        report: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise CalledWrongly("The verifier is not installed beside this command: install frontdoor-audit") from error
    if process.returncode == 0:
        return report
    raise (Wrong if process.returncode == _NOT_VERIFIED else Unreachable)(report["problem"])
