"""The ClickHouse sink on real Kafka, registry and ClickHouse's engine."""
