"""Unit tests: pure code, milliseconds."""
