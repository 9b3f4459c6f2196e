"""Kafka to ClickHouse: every topic but frames, each message exactly once in its landing table.

The order of things for one range of a partition:

1. Its boundaries are fixed and committed to Kafka as the metadata of the offset it begins at (`pending`).
2. Its datums go to ClickHouse in one block, under a token that names the range (`avro_block`, `landing`).
3. Where the outcome is unknown, the rows that arrived are looked up and only the others sent, under a new token.
4. What ClickHouse refuses for its content is found by halving and goes to dead-letters.
5. Only then is the next offset committed: each partition has one range under way, so nothing is committed past a gap.
"""
