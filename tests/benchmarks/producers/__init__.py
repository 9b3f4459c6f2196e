"""Benchmarks of the producers."""
