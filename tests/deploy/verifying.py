"""What an operator is told: by the stand-alone verifier, by the doctor, and by a dry run of republishing."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from frontdoor.client import Caller
from frontdoor.republish import republish
from tests.deploy.scene import Scene
from tests.e2e.doctoring import around, bad

SECONDS = 240
AUDITOR = "wandsworth-auditor"


async def verified(scene: Scene, strength: str, *options: str) -> dict[str, Any]:
    """The exit code of the verifier, and its line."""
    url = scene.stack.services["audit"].url
    command = [sys.executable, "-m", "audit.verify", strength, url, "--json", *options]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    said = json.loads(done.stdout)
    return {"exit_code": done.returncode, "says": said.get("problem") or said["line"]}


async def verified_by_an_auditor(scene: Scene, folder: Path, *options: str) -> dict[str, Any]:
    """The same for every entry, compared with what every service recorded."""
    token = folder / "token"
    token.write_text(await asyncio.to_thread(scene.people.staff(AUDITOR).token))
    owners = [part for name, one in scene.stack.services.items() for part in ("--owner", f"{name}={one.url}")]
    return await verified(scene, "entitled", "--token-file", str(token), "--wait", "30", *owners, *options)


async def republished(scene: Scene, *, dry_run: bool) -> dict[str, int]:
    """How many versions readers lack, and how many events were sent again."""
    caller = Caller.of(around(scene.stack).settings)
    try:
        answer = await republish(caller, dry_run=dry_run)
    finally:
        await caller.close()
    return {name: answer.data[name] for name in ("gaps_found", "events")}


async def doctors_lines(scene: Scene) -> list[str]:
    """What the doctor finds wrong."""
    findings, _ = await bad(around(scene.stack))
    return [finding.line for finding in findings]
