"""The scale report."""
