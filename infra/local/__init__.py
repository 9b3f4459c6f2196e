"""The local stack without Docker: Kafka, schema registry, Triton and the ClickHouse front under one runner."""
