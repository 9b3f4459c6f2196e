"""Refills a landing table from Kafka: missing rows where they belong, or whole days by way of a side table."""
