"""One rule a file: what may be said against a vehicle that was seen."""
