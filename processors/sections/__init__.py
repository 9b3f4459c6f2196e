"""The sections stage: average speed between the two ends of a section, from pairs of plates."""
