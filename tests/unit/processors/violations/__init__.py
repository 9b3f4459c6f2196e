"""Unit tests of the violations stage."""
