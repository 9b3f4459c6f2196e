"""Perception: encoded camera-seconds in, detections out; decodes only what the scene calls for."""
