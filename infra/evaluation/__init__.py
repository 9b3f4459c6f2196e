"""Scores what the product found against what a test city knows to be true."""
