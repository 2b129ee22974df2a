"""``python -m local_stack up | down | status | parts``: the stack of this checkout."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local_stack import health, kafka, keycloak_prepared, locking, runner, web_assets
from local_stack.artefacts import fetched
from local_stack.assembly import ALL_PARTS, SERVING_PARTS
from local_stack.checkout import STACK_FOLDER
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.health import Standing
from local_stack.state import State


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when done, 1 with one line when something could not be done."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.act(chosen))
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _up(chosen: argparse.Namespace) -> int:
    found = runner.up(chosen.folder.resolve(), _run_arguments(chosen))
    _show(found)
    return 0


def _run(chosen: argparse.Namespace) -> int:
    parts = frozenset(chosen.parts.split(","))
    runner.serve(
        chosen.folder.resolve(),
        parts,
        services=not chosen.no_services,
        sandbox=chosen.sandbox,
        timing=chosen.timing,
    )
    return 0


def _down(chosen: argparse.Namespace) -> int:
    say("the stack has ended" if runner.down(chosen.folder.resolve()) else "no stack was running")
    return 0


def _status(chosen: argparse.Namespace) -> int:
    state = State(chosen.folder.resolve())
    found = state.find()
    if not state.is_held() or found is None:
        say("no stack is running")
        return 1
    standings = health.look(found)
    if chosen.json:
        say(json.dumps({**found, "standings": [asdict(each) for each in standings]}, indent=2))
    else:
        _show(found)
        _show_standings(standings)
    return 0 if all(each.is_good for each in standings) else 1


def _show_standings(standings: Sequence[Standing]) -> None:
    """One line for everything, those that do not serve with where to look."""
    for each in standings:
        say(f"  {each.name:<24} {each.state}{_again(each.restarts)}")
    silent = [each.name for each in standings if not each.is_good]
    if silent:
        say(f"not all of it serves: {', '.join(silent)}. What ended is started again; logs/ says why it ended")


def _again(restarts: int) -> str:
    if not restarts:
        return ""
    return " (started again once)" if restarts == 1 else f" (started again {restarts} times)"


def _parts(chosen: argparse.Namespace) -> int:
    if chosen.relock:
        say(f"locked {locking.relock()} files")
        return 0
    fetched("zipkin")
    places = {made.parent for made in (kafka.prepared(), keycloak_prepared.prepared().database, web_assets.prepared())}
    say(f"every part is in place: {', '.join(map(str, places))}")
    return 0


def _show(found: dict[str, Any]) -> None:
    say(f"{found['state']}: {found['folder']}")
    for name, address in found["addresses"].items():
        shown = "postgresql://… (in stack.json)" if name == "database_url" else address
        say(f"  {name:<24} {shown}")
    if found["sign_ins"]["staff"]:
        say(f"  sign-ins (read by you only): {Path(found['folder']) / 'stack.json'}")


def _run_arguments(chosen: argparse.Namespace) -> list[str]:
    wanted = {"--no-services": chosen.no_services, "--sandbox": chosen.sandbox, "--timing": chosen.timing}
    return ["--parts", chosen.parts, *(option for option, given in wanted.items() if given)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_stack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, act, told in (
        ("up", _up, "start everything and return when it is ready"),
        ("run", _run, "start everything and stay in the foreground"),
        ("down", _down, "end it and check that nothing is left"),
        ("status", _status, "what runs, and where"),
        ("parts", _parts, "fetch and build what the stack is made of"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(act=act)
        command.add_argument("--folder", type=Path, default=STACK_FOLDER, help="where the stack keeps its files")
        _add_options(name, command)
    return parser


def _add_options(name: str, command: argparse.ArgumentParser) -> None:
    if name in {"up", "run"}:
        everything = ",".join(sorted(ALL_PARTS if name == "up" else SERVING_PARTS))
        command.add_argument("--parts", default=everything, help="some of them only, with --no-services")
        command.add_argument("--no-services", action="store_true", help="parts only")
        command.add_argument("--sandbox", action="store_true", help="with a front door team that plays by magic words")
        command.add_argument("--timing", action="store_true", help="say where the time of the start went")
    if name == "status":
        command.add_argument("--json", action="store_true")
    if name == "parts":
        command.add_argument("--relock", action="store_true", help="write parts.lock again (for maintainers)")


if __name__ == "__main__":
    sys.exit(main())
