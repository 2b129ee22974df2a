"""How every command of the ``frontdoor`` command line is carried out, and how it ends: one of four exit codes.

0 good · 1 something is wrong · 2 called wrongly · 3 somebody who is needed does not answer
"""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Final

import typer

from frontdoor import settings
from frontdoor.answer import Answer, tell, tell_failure
from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly, CommandFailed

Connect = Callable[[], Caller]
"""Makes the operator's caller. Tests give their own as the typer context's ``obj``."""

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one line of JSON.")]

_INTERRUPTED: Final = 130


def run(context: typer.Context, command: Callable[[Caller], Awaitable[Answer]], *, as_json: bool) -> None:
    """Connect as the operator and carry a command out."""
    connect: Connect = context.obj or (lambda: Caller.of(settings.load()))

    async def connected() -> Answer:
        caller = connect()
        try:
            return await command(caller)
        finally:
            await caller.close()

    end(lambda: asyncio.run(connected()), as_json=as_json)


def end(command: Callable[[], Answer], *, as_json: bool) -> None:
    """Print what a command found, or in one line why it found nothing, and end with its exit code."""
    try:
        with redirect_stdout(sys.stderr if as_json else sys.stdout):  # for machines the answer is the only line
            answer = command()
    except CommandFailed as failure:
        tell_failure(str(failure), as_json=as_json)
        raise typer.Exit(failure.exit_code) from failure
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "local_stack":
            raise
        tell_failure("This installation has no local stack: run this in a checkout, with `make`", as_json=as_json)
        raise typer.Exit(CalledWrongly.exit_code) from error
    except Exception as error:
        tell_failure(f"A mistake of this command itself: {_place_of(error)}", as_json=as_json)
        raise typer.Exit(CommandFailed.exit_code) from error
    except KeyboardInterrupt as interrupt:
        tell_failure("Interrupted.", as_json=as_json)
        raise typer.Exit(_INTERRUPTED) from interrupt
    tell(answer, as_json=as_json)
    raise typer.Exit(answer.exit_code)


def _place_of(error: Exception) -> str:
    """What went wrong and where, for anyone who mends it; without what the error says, which may repeat content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
