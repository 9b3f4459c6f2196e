"""Recomputation of findings."""
