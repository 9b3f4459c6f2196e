"""Plates of vehicles: looked for in tiles of the vehicle's box, straightened, read, ranked by what a plate can be."""
