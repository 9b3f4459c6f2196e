"""`vigil demo`: the whole chain on shipped footage, accounted for second by second."""
