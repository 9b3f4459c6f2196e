"""Depth 2 of the test city: what a camera sees as pixels: things cut from real footage, moved as truth says. Pure."""
