"""`vigil chaos sinks`: kill and disturb the ClickHouse sink while messages come, and hold the tables against them."""
