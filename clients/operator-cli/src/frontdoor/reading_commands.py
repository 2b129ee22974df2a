"""The words of ``frontdoor parked`` and ``frontdoor consumer``."""

from typing import Annotated

import typer

from frontdoor import consumer, parked
from frontdoor.parked import Chosen, Listed
from frontdoor.running import AsJson, run

parked_app = typer.Typer(help="Messages that could not take effect.", no_args_is_help=True)
consumer_app = typer.Typer(help="A service's reading as a whole.", no_args_is_help=True)

Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with what you do.")]
Service = Annotated[str, typer.Argument(help="The service that parked it.")]
ParkedId = Annotated[int, typer.Argument(help="The id that `frontdoor parked list` shows.")]
OneId = Annotated[int | None, typer.Argument(help="The id of one message, as `frontdoor parked list` shows it.")]
AllOfReason = Annotated[str | None, typer.Option("--all-of-reason", help="Every message with this error.")]
OfKey = Annotated[str | None, typer.Option("--key", help="Every message with this key.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]


@parked_app.command("list")
def list_parked(
    context: typer.Context,
    service: Annotated[str | None, typer.Option(help="Only of this service.")] = None,
    state: Annotated[str | None, typer.Option(help="Only failing, parked, behind or gap.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only with this error.")] = None,
    key: Annotated[str | None, typer.Option(help="Only with this key.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what waits in every service; ends with 1 when anything does."""
    run(context, lambda caller: parked.list_all(caller, Listed(service, state, reason, key)), as_json=as_json)


@parked_app.command("show")
def show_parked(context: typer.Context, service: Service, parked_id: ParkedId, as_json: AsJson = False) -> None:
    """Show one message with all that is known of it but its content, also when it is resolved."""
    run(context, lambda caller: parked.show(caller, service, parked_id), as_json=as_json)


@parked_app.command("release")
def release_parked(
    context: typer.Context,
    service: Service,
    reason: Reason,
    parked_id: OneId = None,
    all_of_reason: AllOfReason = None,
    key: OfKey = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Have messages tried again; everything is checked again."""
    chosen = Chosen(service, parked_id, all_of_reason, key, dry_run)
    run(context, lambda caller: parked.release(caller, chosen, reason), as_json=as_json)


@parked_app.command("discard")
def discard_parked(
    context: typer.Context,
    service: Service,
    reason: Reason,
    parked_id: OneId = None,
    all_of_reason: AllOfReason = None,
    key: OfKey = None,
    with_earlier: Annotated[
        bool, typer.Option("--with-earlier", help="Also give up earlier versions of the same aggregates.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give messages up for good."""
    chosen = Chosen(service, parked_id, all_of_reason, key, dry_run)
    run(context, lambda caller: parked.discard(caller, chosen, reason, with_earlier=with_earlier), as_json=as_json)


@consumer_app.command("status")
def show_consumers(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which services have halted reading and why; ends with 1 when one has."""
    run(context, consumer.status, as_json=as_json)


@consumer_app.command("resume")
def resume_consumer(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="The service that has halted.")],
    reason: Reason,
    tolerate: Annotated[
        int, typer.Option(min=0, help="Let so many more wrong messages in a row pass before it halts again.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Let a service read on that halted because too many messages in a row were wrong."""
    run(context, lambda caller: consumer.resume(caller, service, reason, tolerate=tolerate), as_json=as_json)
