"""The command line, settings, telemetry and the local stack."""
