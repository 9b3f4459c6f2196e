"""Perception on the real stack."""
