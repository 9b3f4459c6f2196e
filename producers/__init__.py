"""Cameras into the frames topic."""
