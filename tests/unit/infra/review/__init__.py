"""Unit tests of the review desk."""
