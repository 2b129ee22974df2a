"""A form as JSON, written once: what was not sent is not there, and the children stand apart, to be given their ids."""

from dataclasses import field
from typing import Final

from referral_intake.form.child import Child
from referral_intake.form.referral import ReferralForm
from referral_intake.model.record import record

_CHILDREN: Final = "children"
_FIELDS: Final = tuple(ReferralForm.model_fields)
_BEFORE: Final = set(_FIELDS[: _FIELDS.index(_CHILDREN)])
_AFTER: Final = set(_FIELDS[_FIELDS.index(_CHILDREN) + 1 :])
_form: Final = ReferralForm.__pydantic_serializer__
_child: Final = Child.__pydantic_serializer__


@record
class Written:
    """Compact JSON objects, in the form's own order: what stands before the children, each child, what stands after.

    ``children`` is None when the form says nothing of children.
    """

    before: bytes = field(repr=False)
    children: tuple[bytes, ...] | None = field(repr=False)
    after: bytes = field(repr=False)

    def whole(self) -> bytes:
        """The form as it was sent."""
        return joined(self.before, children_of(self.children) if self.children is not None else b"{}", self.after)


def written(form: ReferralForm) -> Written:
    """Each part is written one time, whatever it is put into afterwards."""
    said = _CHILDREN in form.model_fields_set
    return Written(
        before=_form.to_json(form, exclude_unset=True, include=_BEFORE),
        children=tuple([_child.to_json(child, exclude_unset=True) for child in form.children]) if said else None,
        after=_form.to_json(form, exclude_unset=True, include=_AFTER),
    )


def children_of(children: tuple[bytes, ...]) -> bytes:
    """An object that holds nothing but the children."""
    return b'{"children":[%b]}' % b",".join(children)


def joined(*objects: bytes) -> bytes:
    """One compact JSON object with the members of each, in order. No name may be in two of them."""
    return b"{%b}" % b",".join([each[1:-1] for each in objects if len(each) > 2])
