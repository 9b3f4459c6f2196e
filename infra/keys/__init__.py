"""Keys of the retention periods: what makes a plate readable, and, destroyed, unreadable."""
