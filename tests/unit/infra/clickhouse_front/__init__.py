"""Unit tests of the pure parts of the ClickHouse front."""
