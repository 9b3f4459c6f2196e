"""Signal heads in the picture: what a head's lamps show, and since when."""
