"""Unit tests of the import of reports on cases."""
