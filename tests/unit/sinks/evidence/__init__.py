"""The evidence sink's pure parts, and its store, log and archive in a folder."""
