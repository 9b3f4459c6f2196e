"""The demo on short clips of its own footage."""
