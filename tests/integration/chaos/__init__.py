"""Processes are killed while footage plays."""
