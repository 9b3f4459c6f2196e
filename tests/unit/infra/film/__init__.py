"""Unit tests of films' score."""
