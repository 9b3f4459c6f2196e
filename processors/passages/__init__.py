"""The passages stage: vehicles at the two ends of sections of controlled average speed."""
