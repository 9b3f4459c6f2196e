"""Benchmarks of the incidents and violations stages."""
