"""How the served model files were made from their sources."""
