"""The tracking stage: detections in, tracks with positions and speeds out."""
