"""The tracker against its peer, and the tracking stage's cost of a camera-second."""
