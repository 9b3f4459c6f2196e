"""Violations: proposed traffic offences, measured with their uncertainty. An officer decides each."""
