"""What evidence costs."""
