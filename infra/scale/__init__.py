"""What the whole city takes: the share that this machine holds in real time, and the rest by arithmetic."""
