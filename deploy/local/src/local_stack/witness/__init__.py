"""A witness of transparency logs: it cosigns a checkpoint only when it extends all that it cosigned before.

Written from the formats' own text (c2sp.org/tlog-witness, tlog-cosignature, tlog-checkpoint, signed-note; RFC 6962) and
not from the log's code: it shares no line with what it checks, no database and no key.
"""
