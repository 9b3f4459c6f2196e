"""The sightings stage: vehicles whose plates one camera read with confidence, sealed, once a track."""
