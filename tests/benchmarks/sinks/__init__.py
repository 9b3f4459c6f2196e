"""Sinks: rows from topics to tables, against decoding and against the engine alone."""
