"""Units of the evidence exercise."""
