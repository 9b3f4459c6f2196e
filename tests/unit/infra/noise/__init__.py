"""Unit tests of the noise file's making."""
