"""What leaves Kafka: tables in ClickHouse, evidence, reports."""
