"""What the detector does to the truth: a noise file, its reader, and its application to true boxes."""
