"""Integration tests of the producers."""
