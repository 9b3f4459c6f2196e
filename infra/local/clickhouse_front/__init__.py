"""ClickHouse's HTTP interface in front of chdb, ClickHouse's own engine in this process.

For one machine: one process owns the data folder, there are no users beyond one, no replication and no cluster. A real
ClickHouse server takes its place by one setting, VIGIL_CLICKHOUSE_URL; nothing else in Vigil knows the difference.
"""
