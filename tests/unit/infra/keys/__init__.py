"""Unit tests of the plates' keys."""
