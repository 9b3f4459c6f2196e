"""Unit tests of the leads stage."""
