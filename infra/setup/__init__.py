"""Everything a fresh machine lacks; runs on the system's Python, with its standard library alone."""
