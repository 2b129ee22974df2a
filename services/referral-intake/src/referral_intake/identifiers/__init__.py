"""Whether an identifier can be right, one module each: ``is_valid`` judges, ``normalise`` says how it is written.

Pure, and for any text at all: ``is_valid`` never raises, and ``normalise`` gives text that is not of the identifier's
form back as it came, because a document keeps what its sender wrote. The digits of every script are read as the plain
ones, and so is whatever only separates; a letter is never read as a digit but in a postcode, whose form says which it
is. ``mistake`` says what a writer has to look at.
"""
