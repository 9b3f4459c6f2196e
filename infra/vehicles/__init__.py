"""A city's tables of vehicles: read from a file, sealed, and written to the topic that the leads stage reads."""
