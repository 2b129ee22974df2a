"""Since when and until when somebody lived where."""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.codes import AddressKind
from referral_intake.form.child import Address
from referral_intake.model import Bound, Day


def days_of_addresses(addresses: Sequence[Address], pointer: str, *, born: date | None = None) -> Iterator[Day]:
    """The days of each address of somebody who was ``born`` then. Hardly ever said, and an address is in every form."""
    for place, address in enumerate(addresses):
        if address.lived_from:
            yield Day(f"{pointer}/{place}/lived_from", address.lived_from, past=True, earliest=born)
        if address.lived_until:
            yield _last(address, f"{pointer}/{place}/lived_until", address.lived_until, born)


def _last(address: Address, pointer: str, day: date, born: date | None) -> Day:
    """Of a previous address it cannot be to come."""
    earliest, bound = (address.lived_from, Bound.BEGINNING) if address.lived_from else (born, Bound.BIRTH)
    return Day(pointer, day, past=address.kind is AddressKind.PREVIOUS, earliest=earliest, bound=bound)
