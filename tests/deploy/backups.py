"""One service's database is saved, and restored as the runbook says it: by PostgreSQL's own programs."""

import asyncio
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import make_url

from local_stack.postgres import programs
from local_stack.stack import Stack


def save(stack: Stack, database: str, file: Path) -> None:
    """Everything that is in it now."""
    _run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={_address(stack, database)}")


def restore(stack: Stack, database: str, file: Path) -> None:
    """As it was when it was saved. The processes of its service MUST have ended."""
    options = ("--clean", "--if-exists", "--single-transaction")
    _run("pg_restore", *options, f"--dbname={_address(stack, database)}", str(file))


async def end(stack: Stack, *names: str) -> None:
    """As an operator stops processes: they stay ended."""
    for name in names:
        await asyncio.to_thread(stack.supervisor.end, name)


def start(stack: Stack, *names: str, variables: Mapping[str, str] | None = None) -> None:
    """Start processes that were ended; ``variables`` differ from then on."""
    for name in names:
        command = stack.supervisor.command(name)
        environment = {**command.environment, **(variables or {})}
        stack.supervisor.start({name: replace(command, environment=environment)})


def _address(stack: Stack, database: str) -> str:
    server = make_url(stack.parts["postgres"].address)
    return server.set(database=database).render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(programs() / program), *arguments], check=True, capture_output=True, text=True)
