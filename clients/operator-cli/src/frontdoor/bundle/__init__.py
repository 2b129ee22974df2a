"""``frontdoor bundle``: a file for support without personal data and without secrets. What is not known is left out."""

from frontdoor.bundle.writing import write

__all__ = ["write"]
