"""Shipped clips, their provenance, and how they were made."""
