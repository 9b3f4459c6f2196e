"""Unit tests of the incidents stage."""
