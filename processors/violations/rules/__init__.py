"""One violation rule a file; a new file is a new rule."""
