"""The relay: violations, reviews and payments into one log a vehicle, case-commands."""
