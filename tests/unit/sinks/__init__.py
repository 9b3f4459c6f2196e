"""Unit tests of the sinks: pure parts only."""
