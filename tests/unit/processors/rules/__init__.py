"""Unit tests of what all rules share."""
