"""Integration tests of the incidents and violations stages."""
