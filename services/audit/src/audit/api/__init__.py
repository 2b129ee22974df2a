"""The HTTP edge: what everybody may check, and what only some may read."""

from audit.api import entries, log, proofs, receipts, records

ROUTERS = (log.router, proofs.router, entries.router, receipts.router, records.router)
