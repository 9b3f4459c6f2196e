"""Reports over a small history in the real engine."""
