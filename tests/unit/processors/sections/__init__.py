"""Unit tests of the sections stage."""
