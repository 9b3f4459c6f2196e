"""Unit tests of the sightings stage."""
