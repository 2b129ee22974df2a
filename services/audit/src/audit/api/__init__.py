"""The HTTP edge: what everybody may check, proofs, and what only some may read."""

from audit.api import log, proofs, records

ROUTERS = (log.router, proofs.router, records.router)
