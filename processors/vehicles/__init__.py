"""What stages keep in memory of the vehicles in a city's tables: leads and the cases' relay read the same topic."""
