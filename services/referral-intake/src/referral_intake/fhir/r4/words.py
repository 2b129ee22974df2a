"""How values are joined into the text that a person reads, with every place they come from."""

from collections.abc import Iterable
from typing import Final

from referral_intake.fhir.r4.element import Said

_SEPARATOR: Final = ": "


def joined(parts: tuple[Said[str], ...], separator: str = "\n") -> Said[str] | None:
    """Several pieces of text as one, which stands in all their places."""
    if not parts:
        return None
    return Said(separator.join(part.value for part in parts), tuple(place for part in parts for place in part.places))


def listed(parts: Iterable[Said[str] | None], separator: str = ", ") -> Said[str] | None:
    """Those pieces that there are, one after the other."""
    return joined(tuple(part for part in parts if part), separator)


def labelled(label: Said[str] | None, text: Said[str] | None) -> Said[str] | None:
    """``label: text``, or whichever of the two there is."""
    return listed((label, text), _SEPARATOR)


def named(name: str, text: Said[str] | None) -> Said[str] | None:
    """``name text``; None when there is no text to name."""
    return Said(f"{name} {text.value}", text.places) if text else None


def remarked(text: Said[str] | None, *remarks: Said[str] | None) -> Said[str] | None:
    """``text (remark, remark)``: what has to be read with it."""
    remark = listed(remarks)
    if text is None or remark is None:
        return text or remark
    return Said(f"{text.value} ({remark.value})", (*text.places, *remark.places))


def with_places(text: Said[str] | None, *places: str) -> Said[str] | None:
    """The same text, which stands for these places as well: it says all that they say."""
    return Said(text.value, (*text.places, *places)) if text else None
