"""The whole form, in the order of its task list."""

from typing import Final

from triage_ui.pages.refer.form.agreement import AGREEMENT, HELP, HELP_OFFERED, PAPERS, TOLD
from triage_ui.pages.refer.form.children import CHILDREN
from triage_ui.pages.refer.form.circumstances import CIRCUMSTANCES
from triage_ui.pages.refer.form.concern import CONCERN, INCIDENTS, SAID
from triage_ui.pages.refer.form.first import FIRST, YOU
from triage_ui.pages.refer.form.model import Section
from triage_ui.pages.refer.form.people import FAMILY, PEOPLE, PROFESSIONALS

FORM: Final[tuple[Section, ...]] = (
    FIRST,
    YOU,
    CHILDREN,
    CONCERN,
    SAID,
    INCIDENTS,
    CIRCUMSTANCES,
    PEOPLE,
    FAMILY,
    AGREEMENT,
    TOLD,
    HELP,
    HELP_OFFERED,
    PROFESSIONALS,
    PAPERS,
)


def find_section(slug: str) -> Section | None:
    """The section of a slug."""
    return next((section for section in FORM if section.slug == slug), None)
