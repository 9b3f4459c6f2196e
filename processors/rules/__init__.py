"""What the incident and violation stages share: camera-seconds and places as rules see them, and the contract."""
