"""Figures of the test city."""
