"""Unit tests of the passages stage."""
