"""Whether an identifier can be right, one module each: ``is_valid`` judges, ``normalise`` says how it is written.

Pure, and for any text at all: ``is_valid`` never raises, and ``normalise`` gives text that is not of the identifier's
form back as it came, because a document keeps what its sender wrote. Digits and letters are ASCII only: an identifier
in another script is not one that any register knows.
"""
