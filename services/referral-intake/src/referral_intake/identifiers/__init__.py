"""Whether an identifier can be right, one module each: ``is_valid`` judges, ``normalise`` says how it is written.

Pure, and never a reason to drop what was written: a document keeps an identifier as its sender gave it.
"""
