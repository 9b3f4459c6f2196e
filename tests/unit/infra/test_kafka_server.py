"""Kafka as the local stack starts it."""

import uuid

from infra.local.kafka import cluster_id


def test_a_cluster_id_is_no_option() -> None:
    """An id that begins with a dash is drawn again: the format command would refuse it."""
    dashed = uuid.UUID(int=0b111110 << 122)
    plain = uuid.UUID(int=0)
    drawn = iter([dashed, dashed, plain])
    assert cluster_id(lambda: next(drawn)) == "AAAAAAAAAAAAAAAAAAAAAA"
    assert next(drawn, None) is None
