"""Asks a real API server about every object of every overlay: ``python -m tests.deploy.api_server KUBECTL-OPTIONS``.

The definitions of the operators' kinds have to be there; of ours only the namespace is made, and everything else is a
dry run on the server, with strict validation. Pods are tried one by one as well, bare, because Pod Security only warns
of what it finds in a Deployment. The result is kept; it ends with 1 when anything was refused.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from local_stack.checkout import ROOT
from tests.deploy.edges import Json
from tests.deploy.kubernetes import OVERLAYS, built

RESULT: Final = ROOT / "deploy" / "results" / "api-server.json"
_RUNS: Final = ("Deployment", "StatefulSet", "Job")


def main(options: Sequence[str]) -> int:
    """Try everything, keep what was said, and say how it went."""
    server = Server(options)
    overlays = {overlay: _tried(server, overlay) for overlay in OVERLAYS}
    RESULT.write_text(json.dumps({"server": server.version(), **overlays}, indent=2, sort_keys=True) + "\n")
    for overlay, seen in overlays.items():
        print(f"{overlay}: {seen}")
    return 1 if any(seen["refused"] for seen in overlays.values()) else 0


class Server:
    """An API server, as ``kubectl`` reaches it with these options."""

    def __init__(self, options: Sequence[str]) -> None:
        self._kubectl = [str(Path(sys.executable).with_name("kubectl")), *options]

    def version(self) -> str:
        """The release that it says it is of."""
        found: dict[str, Any] = json.loads(self._run("get", "--raw", "/version").stdout)
        return f"{found['major']}.{found['minor']}"

    def apply(self, wanted: Json, *, dry_run: bool) -> str:
        """What it says against an object; empty when it takes it."""
        how = ("apply", "--server-side", "--validate=strict", *(("--dry-run=server",) if dry_run else ()), "-f", "-")
        done = self._run(*how, text=json.dumps(wanted))
        return done.stderr.strip() if done.returncode or "Warning" in done.stderr else ""

    def _run(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._kubectl, *arguments], input=text, capture_output=True, text=True, check=False)


def _tried(server: Server, overlay: str) -> Json:
    """How many objects and bare pods it takes, what it refuses, and of which it does not know the kind."""
    objects = built(overlay)
    for each in objects:
        if each["kind"] == "Namespace":
            server.apply(each, dry_run=False)
    pods = [_pod(each) for each in objects if each["kind"] in _RUNS]
    said = {
        f"{each['kind']} {each['metadata']['name']}": server.apply(each, dry_run=True) for each in (*objects, *pods)
    }
    unknown = [name for name, words in said.items() if "no matches for kind" in words]
    return {
        "taken": sum(not words for words in said.values()),
        "of them bare pods": sum(name.startswith("Pod ") and not words for name, words in said.items()),
        "kinds it does not have": sorted({name.split()[0] for name in unknown}),
        "refused": {name: words[-300:] for name, words in said.items() if words and name not in unknown},
    }


def _pod(owner: Json) -> Json:
    """The first pod that something would make, by itself. What it would claim as a volume is an empty one here."""
    template, name = owner["spec"]["template"], owner["metadata"]["name"]
    spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", ()), *_claimed(owner)]}
    metadata = {"name": f"{name}-alone", "namespace": owner["metadata"]["namespace"]} | template["metadata"]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _claimed(owner: Json) -> Iterator[Json]:
    for claim in owner["spec"].get("volumeClaimTemplates", ()):
        yield {"name": claim["metadata"]["name"], "emptyDir": {}}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
