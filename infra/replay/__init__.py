"""Recomputes a finding from what its evidence keeps, with the cores that are installed."""
