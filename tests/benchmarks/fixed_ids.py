"""Schema ids that every process of a benchmark agrees on without a registry."""

from schemas.messages import MESSAGES
from schemas.registry import FixedSchemaIds


def fixed_ids() -> FixedSchemaIds:
    """Return the ids with the schema of every topic known, so that what another process wrote can be read."""
    ids = FixedSchemaIds()
    for topic in MESSAGES:
        ids.id_for(topic)
    return ids
