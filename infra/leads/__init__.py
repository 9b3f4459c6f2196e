"""The leads desk: officers look into what the city's tables or two cameras say against vehicles."""
