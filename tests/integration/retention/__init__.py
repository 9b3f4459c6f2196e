"""Retention on real tables."""
