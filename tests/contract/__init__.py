"""The same suite against the fake and the real component."""
