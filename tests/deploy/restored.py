"""Restores one database from yesterday's backup on a running stack: ``python -m tests.deploy.restored``.

First that of audit, then that of agency-notify. What an operator sees, and that nothing is lost, is kept.
"""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2

from frontdoor.errors import CommandFailed
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.stack import Stack, running
from tests.conftest import register_endpoints
from tests.deploy.restored_log import rehearse_log
from tests.deploy.restored_notices import rehearse_notices
from tests.deploy.scene import Scene
from tests.e2e.people import People

RESULT: Final = ROOT / "deploy" / "results" / "restored.json"
_CALL_SECONDS: Final = 15.0


async def rehearse(stack: Stack, folder: Path) -> dict[str, Any]:
    """One after the other."""
    await register_endpoints(stack)
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        scene = Scene(stack, People(stack, http), PARTNERSHIPS_FOLDER)
        found = {"audit": await rehearse_log(scene, folder)}
        print(json.dumps(found, indent=2), flush=True)
        return {**found, "agency-notify": await rehearse_notices(scene, folder)}


def main() -> int:
    """0 when nothing was lost, and a log that is shorter than what was witnessed did not pass for a good one."""
    with TemporaryDirectory(prefix="frontdoor-") as name, running(Path(name) / "stack") as stack:
        try:
            found = asyncio.run(rehearse(stack, Path(name)))
        except (CommandFailed, AssertionError) as error:
            print(error, file=sys.stderr)
            return 1
    text = json.dumps(found, indent=2, sort_keys=True)
    print(text)
    good = log_is_as_it_has_to_be(found["audit"]) and notices_are_as_they_have_to_be(found["agency-notify"])
    if good:
        RESULT.write_text(text + "\n")
    return 0 if good else 1


def log_is_as_it_has_to_be(log: dict[str, Any]) -> bool:
    """The verifier's exit codes, and what the witness said."""
    restored, later, another = (log[name] for name in ("restored_from_yesterday", "a_later_backup", "another_log"))
    codes = [
        restored["verify_since_what_the_witness_has"]["exit_code"],
        later["verify_since_what_the_witness_has"]["exit_code"],
        another["verify_by_an_auditor"]["exit_code"],
    ]
    return codes == [1, 0, 0] and another["witness"] == later["witness"] == "cosigned"


def notices_are_as_they_have_to_be(notices: dict[str, Any]) -> bool:
    """Receivers know again whatever they had, and the log is whole once everything has happened again."""
    sent, healed = notices["sent_again"], notices["verify_once_it_was_opened_again"]
    return bool(sent["under_another_id"] == 0 < sent["under_the_id_it_had"] and healed["exit_code"] == 0)


if __name__ == "__main__":
    sys.exit(main())
