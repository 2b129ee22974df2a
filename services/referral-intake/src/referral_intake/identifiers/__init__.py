"""Whether an identifier can be right, one module each: ``find`` gives the one way to write it, or None.

Pure, and for any text at all: ``find`` never raises, and finds what it has written as it is. A document keeps what its
sender wrote. The digits of every script are read as the plain ones, and so is whatever only separates; a letter is
never read as a digit but in a postcode, whose form says which it is. ``mistake`` says what a writer has to look at. Of
an authority's child id only the form is known: ``is_valid`` judges it.
"""
