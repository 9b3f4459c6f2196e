"""Traffic: what drives through the city, second by second."""
