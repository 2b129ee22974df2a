"""How large each table and its indexes are."""

from collections.abc import Mapping
from typing import Final

from tests.chaos.databases import SERVICES, Databases

_SIZES: Final = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC"""
_LARGEST: Final = 12

Sizes = Mapping[str, Mapping[str, Mapping[str, float]]]


async def sizes(databases: Databases, referrals: int) -> Sizes:
    """For each service its largest tables: mebibytes of rows and of indexes, and both as bytes for each referral."""
    return {service: await _of(databases, service, max(referrals, 1)) for service in SERVICES}


async def _of(databases: Databases, service: str, referrals: int) -> Mapping[str, Mapping[str, float]]:
    rows = await databases.rows(service, _SIZES)
    return {
        name: {
            "rows_mib": round(table / 2**20, 2),
            "indexes_mib": round(indexes / 2**20, 2),
            "bytes_per_referral": round((table + indexes) / referrals),
        }
        for name, table, indexes in rows[:_LARGEST]
    }
