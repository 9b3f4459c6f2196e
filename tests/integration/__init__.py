"""Tests on the local stack."""
