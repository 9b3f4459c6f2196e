"""Unit tests of the import of vehicles."""
