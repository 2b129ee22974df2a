"""What is asked about an address, of a child or of anybody else."""

from triage_ui.pages.refer.form.model import Box, Kind


def address(place: int) -> tuple[Box, ...]:
    """The boxes of the address at ``place`` in somebody's list, from 0."""
    return (
        Box(f"addresses/{place}/lines", "Address", Kind.LINES, hint="One line of the address on each line."),
        Box(f"addresses/{place}/postcode", "Postcode"),
        Box(f"addresses/{place}/do_not_contact", "Must nobody write to or visit this address?", Kind.YES_NO),
        Box(f"addresses/{place}/do_not_contact_reason", "Why not?", Kind.NARRATIVE),
    )
