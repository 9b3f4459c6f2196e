"""The stage harness."""
