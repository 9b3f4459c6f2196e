"""Unit tests of the leads desk."""
