"""Traffic violations: measured, proposed, never fined without an officer."""
