"""The leads stage: sightings held against a city's tables of vehicles; an officer looks into what it finds."""
