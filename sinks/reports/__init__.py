"""Reports: one SQL file each, for people to use as they are, and a thin runner."""
