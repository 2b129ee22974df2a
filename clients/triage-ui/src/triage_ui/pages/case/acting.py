"""What the acts on a case have in common: they read the case first, and lead back to it."""

from collections.abc import Sequence
from typing import cast

from triage_ui.acts.act import Act, Ids, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.reading import CaseFile, read_file
from triage_ui.pages.case.timeline import Telling, timeline
from triage_ui.shell.formats import moment
from triage_ui.shell.visitor import Visitor

_NEWEST = 5


class OnCase(Act):
    """The base of every act on a case."""

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The case with its document; the look is recorded."""
        file = await read_file(visitor, ids["case_id"])
        return Seen(file.case.reference, file.version, file)

    def back(self, ids: Ids) -> str:
        """To the case."""
        return f"/cases/{ids['case_id']}"

    def news(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The last things that happened, so that a writer sees what changed meanwhile."""
        file = file_of(seen)
        telling = Telling(file.case, file.children, visitor.words, visitor.person.subject)
        newest = timeline(telling)[:_NEWEST]
        return [Row(moment(one.at), f"{one.what}\n{one.text}".strip()) for one in newest]

    async def act(self, visitor: Visitor, ids: Ids, what: str, body: object, draft: Draft) -> None:
        """One command, under the draft's key, on the case as the writer saw it."""
        await visitor.services.triage.act_on_case(
            ids["case_id"], what, body, version=draft.seen_version, key=str(draft.form_key)
        )


def file_of(seen: Seen) -> CaseFile:
    """What ``OnCase.look`` read."""
    return cast(CaseFile, seen.view)
