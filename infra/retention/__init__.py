"""Retention of plates: which quarter's key is due for destruction, its destruction, and the proof of it."""
