"""Unit tests of the pure parts of `vigil topics`."""
