"""The cases' processes on a real Kafka and registry."""
