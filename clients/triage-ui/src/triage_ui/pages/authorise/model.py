"""One recommendation with the case it belongs to."""

from dataclasses import dataclass, replace
from typing import cast

from triage_ui.acts.act import Seen
from triage_ui.pages.case.reading import CaseFile
from triage_ui.services.triage_case import RecommendationLine


@dataclass(frozen=True)
class Authorisation:
    """What the page of an authoriser is about."""

    file: CaseFile
    recommendation: RecommendationLine

    @classmethod
    def of(cls, seen: Seen) -> "Authorisation":
        """What was read for the page."""
        return cast(Authorisation, seen.view)

    @property
    def child(self) -> str:
        """What the child is called."""
        return self.file.children.called(self.recommendation.child_id)

    def of_case(self, seen: Seen) -> Seen:
        """The same look, at the case alone."""
        return replace(seen, view=self.file)
