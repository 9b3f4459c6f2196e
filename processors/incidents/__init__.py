"""Incidents: what happens in public places, found by rules and followed from its begin to its end."""
