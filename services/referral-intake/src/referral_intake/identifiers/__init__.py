"""Whether an identifier can be right, one module each: ``find`` gives the one way to write it, or None.

Pure, and for any text at all: ``find`` never raises, and finds what it has written as it is. Of an authority's child
id only the form is known: ``is_valid`` judges it.
"""
