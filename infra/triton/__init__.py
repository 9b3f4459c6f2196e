"""Triton: the model repository, its cards, and how its files were made."""
