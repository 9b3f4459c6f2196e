"""Benchmarks of the cases stage."""
