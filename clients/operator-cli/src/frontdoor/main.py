"""The ``frontdoor`` command: which words call what."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from frontdoor import catching_up, endpoints, flow, journey, lag, republish, verify
from frontdoor.answer import Answer
from frontdoor.bundle import writing
from frontdoor.client import SERVICES, Caller
from frontdoor.doctor.doctor import doctor
from frontdoor.errors import CalledWrongly
from frontdoor.partner import commands as partner
from frontdoor.reading_commands import consumer_app, parked_app
from frontdoor.running import AsJson, end, run

app = typer.Typer(
    help="Run and watch Frontdoor. Ends with 0 when good, 1 when something is wrong, 2 when called wrongly, "
    "3 when somebody does not answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(parked_app, name="parked")
app.add_typer(consumer_app, name="consumer")
app.add_typer(partner.app, name="partner")
app.add_typer(endpoints.app, name="endpoint")


@app.command("journey")
def show_journey(
    context: typer.Context,
    referral: Annotated[str, typer.Argument(help="A reference such as WAN-7K3M-Q9TR, or a referral's id.")],
    as_json: AsJson = False,
) -> None:
    """Follow one referral through every service, with times since its receipt."""

    async def read(caller: Caller) -> Answer:
        return (await journey.read(caller, referral)).answer()

    run(context, read, as_json=as_json)


@app.command("republish")
def publish_again(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is missing.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="A reader that followed a type without reading it.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="That type, such as case.linked.v1.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="With --to: why; it is kept by the reader.")] = "",
    as_json: AsJson = False,
) -> None:
    """Have owners publish again what readers miss; with --to and --type, what one reader had followed unread."""

    async def act(caller: Caller) -> Answer:
        if to is None and event_type is None:
            return await republish.republish(caller, dry_run=dry_run)
        if to is None or event_type is None:
            raise CalledWrongly("--to and --type: say both, or neither")
        return await catching_up.catch_up(caller, to, event_type, reason=reason, dry_run=dry_run)

    run(context, act, as_json=as_json)


@app.command("lag")
def show_lag(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how far behind each service is; ends with 1 when messages are parked or reading is halted."""
    run(context, lag.lag, as_json=as_json)


@app.command("flow")
def show_flow(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is accepted, in triage, to be delivered and to be logged, and the oldest of each."""
    run(context, flow.flow, as_json=as_json)


@app.command("doctor")
def examine(as_json: AsJson = False) -> None:
    """Check settings, connections, clocks, packs, keys, topics, roles, certificates and releases, in one line each."""
    end(lambda: asyncio.run(doctor()), as_json=as_json)


@app.command("bundle")
def write_bundle(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option(help="The zip file to write; a new name by default.")] = None,
    lines: Annotated[int, typer.Option(min=0, max=100_000, help="How many of the last lines of each log.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Write a file for support, without personal data and secrets: what doctor finds, lag, parked, metrics, logs."""

    async def act(caller: Caller) -> Answer:
        return await writing.write(caller, output, lines=lines)

    run(context, act, as_json=as_json)


@app.command("verify")
def verify_log(
    context: typer.Context,
    key: Annotated[str | None, typer.Option(help="The verifier key you trust, or a file that holds it.")] = None,
    since: Annotated[str | None, typer.Option(help="A file with an older checkpoint the log must extend.")] = None,
    witness: Annotated[list[str] | None, typer.Option(help="The verifier key of a witness; repeatable.")] = None,
    witnesses_needed: Annotated[int | None, typer.Option(help="How many of them must have cosigned it.")] = None,
    token_file: Annotated[
        str | None,
        typer.Option(help="A file with an auditor's access token: check the entries of that partnership too."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the audit log, trusting nobody: its tree, or with an auditor's token its entries and every service's."""

    async def check(caller: Caller) -> Answer:
        arguments = verify.public(key=key, since=since)
        if token_file is not None:
            owners = {service: caller.url_of(service) for service in SERVICES}
            arguments = verify.entitled(token_file, owners=owners, key=key, since=since)
        arguments = (*arguments, *verify.witnessed_by(witness or (), needed=witnesses_needed))
        return await verify.verify(caller.url_of("audit"), arguments)

    run(context, check, as_json=as_json)


# The local stack takes seconds to import, and a deployment has none: hence the imports inside these three.


Timing = Annotated[bool, typer.Option("--timing", help="Say where the time of the start went.")]


@app.command("demo")
def show_demo(
    timing: Timing = False,
    against: Annotated[
        Path | None, typer.Option(help="A file that says where a running stack is; starts none.")
    ] = None,
    examples: Annotated[Path, typer.Option(help="With --against: the referrals.")] = Path("examples/referrals"),
    partnerships: Annotated[Path, typer.Option(help="With --against: the packs.")] = Path("partnerships"),
    as_json: AsJson = False,
) -> None:
    """Start everything, walk invented referrals through every stage, prove the log, stop everything."""

    def act() -> Answer:
        if against is not None:
            from frontdoor.demo.against import Folders, walk_against

            return walk_against(against, Folders(examples, partnerships))
        from frontdoor.demo.stack import demo

        return demo(timing=timing)

    end(act, as_json=as_json)


@app.command("up")
def start(
    with_demo: Annotated[bool, typer.Option("--demo", help="Walk the invented referrals through it as well.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="With a front door team that answers partners by magic words.")
    ] = False,
    timing: Timing = False,
    as_json: AsJson = False,
) -> None:
    """Start everything and stay up; prints addresses and sign-ins."""

    def act() -> Answer:
        from frontdoor.demo.stack import up

        return up(with_demo=with_demo, sandbox=sandbox, timing=timing)

    end(act, as_json=as_json)


@app.command("down")
def stop(as_json: AsJson = False) -> None:
    """Stop what `frontdoor up` started."""

    def act() -> Answer:
        from frontdoor.demo.stack import down

        return down()

    end(act, as_json=as_json)
