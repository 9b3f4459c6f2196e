"""Bad input on the session's stack."""
