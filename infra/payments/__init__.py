"""What couriers, the treasury and courts report on cases, from a file into Kafka."""
