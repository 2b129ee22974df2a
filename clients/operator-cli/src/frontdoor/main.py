"""The ``frontdoor`` command: which words call what."""

from typing import Annotated

import typer

from frontdoor import journey, lag, parked, republish, verify
from frontdoor.answer import Answer
from frontdoor.client import SERVICES, Caller
from frontdoor.partner import commands as partner
from frontdoor.running import AsJson, end, run

app = typer.Typer(
    help="Run and watch Frontdoor. Ends with 0 when good, 1 when something is wrong, 2 when called wrongly, "
    "3 when somebody does not answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
parked_app = typer.Typer(help="Messages that could not take effect.", no_args_is_help=True)
app.add_typer(parked_app, name="parked")
app.add_typer(partner.app, name="partner")

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

    run(context, read, as_json=as_json)


@parked_app.command("list")
def list_parked(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what waits in every service; ends with 1 when anything does."""
    run(context, parked.list_all, as_json=as_json)


@parked_app.command("release")
def release_parked(
    context: typer.Context, service: Service, parked_id: ParkedId, reason: Reason, as_json: AsJson = False
) -> None:
    """Have a message tried again; everything is checked anew."""
    run(context, lambda caller: parked.release(caller, service, parked_id, reason), as_json=as_json)


@parked_app.command("discard")
def discard_parked(
    context: typer.Context, service: Service, parked_id: ParkedId, reason: Reason, as_json: AsJson = False
) -> None:
    """Give a message up for good."""
    run(context, lambda caller: parked.discard(caller, service, parked_id, reason), as_json=as_json)


@app.command("republish")
def publish_again(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have owners publish again what readers miss."""
    run(context, lambda caller: republish.republish(caller, dry_run=dry_run), as_json=as_json)


@app.command("lag")
def show_lag(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how far behind each service is; ends with 1 when messages are parked."""
    run(context, lag.lag, as_json=as_json)


@app.command("verify")
def verify_log(
    context: typer.Context,
    key: Annotated[str | None, typer.Option(help="The verifier key you trust, or a file that holds it.")] = None,
    since: Annotated[str | None, typer.Option(help="A file with an older checkpoint the log must extend.")] = None,
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
        return await verify.verify(caller.url_of("audit"), arguments)

    run(context, check, as_json=as_json)


# The local stack takes seconds to import, and only these three need it: hence the imports inside.


@app.command("demo")
def show_demo(as_json: AsJson = False) -> None:
    """Start everything, walk invented referrals through every stage, prove the log, stop everything."""

    def act() -> Answer:
        from frontdoor.demo.stack import demo

        return demo()

    end(act, as_json=as_json)


@app.command("up")
def start(
    with_demo: Annotated[bool, typer.Option("--demo", help="Walk the invented referrals through it as well.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="With a front door team that answers partners by magic words.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Start everything and stay up; prints addresses and sign-ins."""

    def act() -> Answer:
        from frontdoor.demo.stack import up

        return up(with_demo=with_demo, sandbox=sandbox)

    end(act, as_json=as_json)


@app.command("down")
def stop(as_json: AsJson = False) -> None:
    """Stop what `frontdoor up` started."""

    def act() -> Answer:
        from frontdoor.demo.stack import down

        return down()

    end(act, as_json=as_json)
