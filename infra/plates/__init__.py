"""How well plates are read: drawn plates on real vehicles, held against what perception makes of them."""
