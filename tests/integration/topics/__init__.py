"""`vigil topics` on a real Kafka and registry."""
