"""Unit tests of films."""
