"""Has the stand-alone verifier check the whole log, in a process of its own that trusts nobody."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from frontdoor.answer import Answer
from frontdoor.errors import CalledWrongly, Unreachable, Wrong

_NOT_VERIFIED: Final = 1


async def verify(
    audit_url: str,
    *,
    key: str | None = None,
    since: str | None = None,
    witnesses: Sequence[str] = (),
    needed: int | None = None,
) -> Answer:
    """Raises ``Wrong`` when the log does not verify, ``Unreachable`` when it could not be checked."""
    report = await read_report(audit_url, key=key, since=since, witnesses=witnesses, needed=needed)
    pinned = "" if report["key_pinned"] else "; the key came with the log, name the one you trust with --key"
    line = (
        f"Verified: {report['size']:,} entries of {report['aggregates']:,} aggregates, none missing or altered; "
        f"root {report['root']}{pinned}"
    )
    return Answer(report, (line, *witnessed_line(report)))


def witnessed_line(report: Mapping[str, Any]) -> tuple[str, ...]:
    """How far the log is witnessed, when the verifier was asked for that."""
    if (witnessed := report["witnessed"]) is None:
        return ()
    names = ", ".join(f"{name} at {time}" for name, time in witnessed["cosigned_at"].items())
    return (
        f"Witnessed: its first {witnessed['size']:,} entries, by {len(witnessed['cosigned_at'])} "
        f"({witnessed['needed']} needed), {witnessed['age_seconds']:,} seconds ago: {names}",
    )


async def read_report(
    audit_url: str,
    *,
    key: str | None = None,
    since: str | None = None,
    witnesses: Sequence[str] = (),
    needed: int | None = None,
) -> Mapping[str, Any]:
    """What the verifier reports of a good log. Raises as ``verify`` does."""
    options = [*(("--key", key) if key else ()), *(("--since", since) if since else ())]
    options += [option for witness in witnesses for option in ("--witness", witness)]
    options += [] if needed is None else ["--witnesses-needed", str(needed)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audit.verify", audit_url, "--json", *options),
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
