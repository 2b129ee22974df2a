"""What colleagues are called: triage knows people by opaque subjects, the client by how they signed in."""

from collections.abc import Mapping

from fastapi import Request

from triage_ui.services.triage_queue import WorkerLine
from triage_ui.shell.formats import mid_sentence
from triage_ui.shell.visitor import Visitor, dependencies_of
from triage_ui.shell.words import Words


async def names_of(request: Request, visitor: Visitor) -> Mapping[str, str]:
    """Names by subject, of one's own partnership; somebody who has not signed in lately has none."""
    dependencies = dependencies_of(request)
    async with dependencies.db.transaction() as tx:
        return await dependencies.sessions.store.find_names(tx, visitor.person.partnership)


def called(worker: WorkerLine, names: Mapping[str, str], words: Words) -> str:
    """Name and role, or the role alone."""
    roles = ", ".join(words.role(role) for role in worker.roles)
    name = names.get(worker.worker)
    who = f"{name}, {mid_sentence(roles)}" if name else roles
    return f"{who} (you)" if worker.is_me else who
