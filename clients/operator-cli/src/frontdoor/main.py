"""The ``frontdoor`` command: which words call what. Every command ends with one of four exit codes.

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

from frontdoor import journey, lag, parked, republish, settings, verify
from frontdoor.answer import Answer, tell, tell_failure
from frontdoor.client import Caller
from frontdoor.errors import CommandFailed

Connect = Callable[[], Caller]
"""Makes the operator's caller. Tests give their own as the typer context's ``obj``."""

_INTERRUPTED: Final = 130

app = typer.Typer(
    help="Run and watch Frontdoor. Ends with 0 when good, 1 when something is wrong, 2 when called wrongly, "
    "3 when somebody does not answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
parked_app = typer.Typer(help="Messages that could not take effect.", no_args_is_help=True)
app.add_typer(parked_app, name="parked")

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one line of JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the message.")]
Service = Annotated[str, typer.Argument(help="The service that parked it.")]
ParkedId = Annotated[int, typer.Argument(help="The id that `frontdoor parked list` shows.")]


@app.command("journey")
def show_journey(
    context: typer.Context,
    referral: Annotated[str, typer.Argument(help="A reference such as WAN-7K3M-Q9TD, or a referral's id.")],
    as_json: AsJson = False,
) -> None:
    """Follow one referral through every service, with times since its receipt."""

    async def read(caller: Caller) -> Answer:
        return (await journey.read(caller, referral)).answer()

    _run(context, read, as_json=as_json)


@parked_app.command("list")
def list_parked(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what waits in every service; ends with 1 when anything does."""
    _run(context, parked.list_all, as_json=as_json)


@parked_app.command("release")
def release_parked(
    context: typer.Context, service: Service, parked_id: ParkedId, reason: Reason, as_json: AsJson = False
) -> None:
    """Have a message tried again; everything is checked anew."""
    _run(context, lambda caller: parked.release(caller, service, parked_id, reason), as_json=as_json)


@parked_app.command("discard")
def discard_parked(
    context: typer.Context, service: Service, parked_id: ParkedId, reason: Reason, as_json: AsJson = False
) -> None:
    """Give a message up for good."""
    _run(context, lambda caller: parked.discard(caller, service, parked_id, reason), as_json=as_json)


@app.command("republish")
def publish_again(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have owners publish again what readers miss."""
    _run(context, lambda caller: republish.republish(caller, dry_run=dry_run), as_json=as_json)


@app.command("lag")
def show_lag(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how far behind each service is; ends with 1 when messages are parked."""
    _run(context, lag.lag, as_json=as_json)


@app.command("verify")
def verify_log(
    context: typer.Context,
    key: Annotated[str | None, typer.Option(help="The verifier key you trust, or a file that holds it.")] = None,
    since: Annotated[str | None, typer.Option(help="A file with an older checkpoint the log must extend.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the whole audit log from its raw entries, trusting nobody."""

    async def check(caller: Caller) -> Answer:
        return await verify.verify(caller.url_of("audit"), key=key, since=since)

    _run(context, check, as_json=as_json)


# The local stack takes seconds to import, and only these three need it: hence the imports inside.


@app.command("demo")
def show_demo(as_json: AsJson = False) -> None:
    """Start everything, walk invented referrals through every stage, prove the log, stop everything."""

    def act() -> Answer:
        from frontdoor.demo.stack import demo

        return demo()

    _end(act, as_json=as_json)


@app.command("up")
def start(
    with_demo: Annotated[bool, typer.Option("--demo", help="Walk the invented referrals through it as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start everything and stay up; prints addresses and sign-ins."""

    def act() -> Answer:
        from frontdoor.demo.stack import up

        return up(with_demo=with_demo)

    _end(act, as_json=as_json)


@app.command("down")
def stop(as_json: AsJson = False) -> None:
    """Stop what `frontdoor up` started."""

    def act() -> Answer:
        from frontdoor.demo.stack import down

        return down()

    _end(act, as_json=as_json)


def _run(context: typer.Context, command: Callable[[Caller], Awaitable[Answer]], *, as_json: bool) -> None:
    """Connect as the operator and carry a command out."""
    connect: Connect = context.obj or (lambda: Caller.of(settings.load()))

    async def connected() -> Answer:
        caller = connect()
        try:
            return await command(caller)
        finally:
            await caller.close()

    _end(lambda: asyncio.run(connected()), as_json=as_json)


def _end(command: Callable[[], Answer], *, as_json: bool) -> None:
    """Print what a command found, or in one line why it found nothing, and end with its exit code."""
    try:
        with redirect_stdout(sys.stderr if as_json else sys.stdout):  # for machines the answer is the only line
            answer = command()
    except CommandFailed as failure:
        tell_failure(str(failure), as_json=as_json)
        raise typer.Exit(failure.exit_code) from failure
    except Exception as error:
        tell_failure(f"A mistake of this command itself: {_place_of(error)}", as_json=as_json)
        raise typer.Exit(CommandFailed.exit_code) from error
    except KeyboardInterrupt as interrupt:
        tell_failure("Interrupted.", as_json=as_json)
        raise typer.Exit(_INTERRUPTED) from interrupt
    tell(answer, as_json=as_json)
    raise typer.Exit(answer.exit_code)


def _place_of(error: Exception) -> str:
    """What went wrong and where, for whoever mends it; without what the error says, which may repeat content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
