"""Unit tests of the stages, laid out as they are."""
