"""``frontdoor bundle``: a file for support without personal data and without secrets. What is not known is left out."""
