"""Runs the city: traffic feeds shards, shards fill outlets, in one process or several."""
