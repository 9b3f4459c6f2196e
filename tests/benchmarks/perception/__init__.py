"""Benchmarks of perception: the detector's server, and what the decode policy saves and loses."""
