"""The stack that the demonstration walks through: started, and always ended in order."""

import asyncio
import shutil
import signal
from collections.abc import Mapping
from types import FrameType
from typing import Any, Final, NoReturn

from rich.console import RenderableType

from frontdoor.answer import Answer, table
from frontdoor.demo.against import Folders, prepare
from frontdoor.demo.sandbox import first_steps
from frontdoor.errors import Wrong
from local_stack import runner
from local_stack.assembly import ALL_PARTS, SERVING_PARTS
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT, STACK_FOLDER
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.stack import running
from local_stack.state import State
from local_stack.timeline import Timeline

DEMO_FOLDER: Final = STACK_FOLDER / "demo"
_FOLDERS: Final = Folders(ROOT / "examples" / "referrals", PARTNERSHIPS_FOLDER)

WORK: Final[Mapping[str, str]] = {
    "contact-officer": "contact officer: reads the queue and checks what came in",
    "social-worker": "social worker: rates, asks agencies, recommends",
    "mash-manager": "MASH manager: authorises what another person recommended",
    "head-of-service": "head of service: is notified when nobody below reacts in time",
    "macpt-member": "child protection team: accepts children",
    "early-help-lead": "early help: accepts children",
    "auditor": "auditor: sees who looked at what",
    "agency-representative": "agency representative: refers children, and answers what the hub asks",
    "data-protection-officer": "data protection officer: answers people's requests for what is held about them",
    "records-officer": "records officer: reviews and destroys records",
    "restricted-reader": "also reads restricted referrals",
    "operator": "operator: sees whether everything flows",
}
"""Who the people of the realm are, in words; in the order in which a referral meets them."""

_HOW_TO_OPEN_A_CASE: Final = (
    "Every example has been worked to its end. For an open case, choose “Refer a child” as an agency representative, "
    "then read the queue as a contact officer of the same partnership."
)


def demo(*, timing: bool = False) -> Answer:
    """A stack of its own, walked through once. It ends also when something is missing or we are told to end."""
    _end_in_order()
    timeline = Timeline()
    try:
        _clear()
        with running(DEMO_FOLDER, timing=timing) as stack, timeline.span("walk"):
            report = asyncio.run(prepare(stack.addresses(), stack.sign_ins, _FOLDERS, walk=True))
    except StackError as error:
        raise Wrong(f"The stack failed: {error}") from error
    if timing:
        say(timeline.report({}))
    assert report is not None, "a walk reports or raises"
    return report.answer()


def up(*, with_demo: bool, sandbox: bool = False, timing: bool = False) -> Answer:
    """The stack of this checkout in the background, ready to be used: with Zipkin, or as ``sandbox`` for partners."""
    parts = SERVING_PARTS if sandbox else ALL_PARTS
    chosen = {"--sandbox": sandbox, "--timing": timing}
    options = ["--parts", ",".join(sorted(parts)), *(option for option, given in chosen.items() if given)]
    try:
        found = runner.up(STACK_FOLDER, options)
    except StackError as error:
        raise Wrong(f"The stack failed: {error}") from error
    report = asyncio.run(prepare(found["addresses"], found["sign_ins"], _FOLDERS, walk=with_demo))
    data, lines = {name: found[name] for name in ("addresses", "sign_ins")}, shown(found)
    if sandbox:
        lines = (*lines, *first_steps(found["addresses"]))
    if report is None:
        return Answer(data, lines)
    walked = report.answer()
    return Answer({**data, "demo": walked.data}, (*walked.shown, *lines, _HOW_TO_OPEN_A_CASE))


def down() -> Answer:
    """The end of what ``up`` started."""
    try:
        was_running = runner.down(STACK_FOLDER)
    except StackError as error:
        raise Wrong(f"The stack failed: {error}") from error
    line = "The stack has ended." if was_running else "No stack was running."
    return Answer({"was_running": was_running}, (line,))


def _clear() -> None:
    """Begin afresh, also after a demonstration that was killed. Raises ``StackError`` while another one runs."""
    with State(DEMO_FOLDER).held():
        for path in DEMO_FOLDER.iterdir():
            if path.is_dir():
                shutil.rmtree(path)


def _end_in_order() -> None:
    """SIGTERM ends us as Ctrl-C does; once it has begun, nothing cuts the orderly end short."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def shown(found: Mapping[str, Any]) -> tuple[RenderableType, ...]:
    """Addresses and sign-ins; anyone who sees this terminal may use this stack."""
    sign_ins = found["sign_ins"]
    by_role = sorted(sign_ins["staff"].items(), key=lambda one: [list(WORK).index(role) for role in one[1]["roles"]])
    people = [
        (name, known["password"], ", ".join(WORK[role] for role in known["roles"]), known["agency"])
        for name, known in by_role
    ]
    console = sign_ins.get("keycloak_console")
    if console:
        people.insert(0, (console["username"], console["password"], "manages sign-ins in Keycloak's console", ""))
    addresses = {**found["addresses"], "database_url": f"in {found['folder']}/stack.json, with its password"}
    return (
        f"Open {addresses.pop('web_client')} and sign in as one of these people:",
        table("Sign-ins of invented staff, for this stack only", ("name", "password", "who", "agency"), people),
        table("Addresses", ("what", "where"), list(addresses.items())),
        "`make down` ends it.",
    )
