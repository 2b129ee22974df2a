"""The referral form as the FHIR door sees it: which fields there are, which hold lists, and which have parts."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from referral_intake.form import ReferralForm
from referral_intake.form.part import FormPart


@dataclass(frozen=True)
class Shape:
    """What a field of the form holds: one thing or a list, of plain values or of parts with fields of their own."""

    is_list: bool
    part: type[FormPart] | None
    is_day: bool = False


_PLAIN: Final = Shape(is_list=False, part=None)
_DAY: Final = Shape(is_list=False, part=None, is_day=True)


@cache
def shape_of(part: type[FormPart], name: str) -> Shape | None:
    """The shape of one field; None when the part has no such field."""
    field = part.model_fields.get(name)
    return _shape(field.annotation) if field else None


@cache
def shape_at(path: tuple[str, ...]) -> Shape | None:
    """The shape of the field at a path from the whole form, through parts that are there once."""
    part: type[FormPart] | None = ReferralForm
    shape: Shape | None = None
    for name in path:
        if part is None or (shape is not None and shape.is_list):
            return None
        shape = shape_of(part, name)
        part = shape.part if shape else None
    return shape


def _shape(annotation: Any) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0])
    if origin in (Union, UnionType):
        shapes = [_shape(each) for each in arguments if each is not type(None)]
        return next((shape for shape in shapes if shape.part), shapes[0])
    if origin is tuple:
        inner = _shape(arguments[0])
        return Shape(is_list=True, part=inner.part, is_day=inner.is_day)
    if isinstance(annotation, type) and issubclass(annotation, FormPart):
        return Shape(is_list=False, part=annotation)
    return _DAY if annotation is date else _PLAIN
