"""The scenarios, one a file; found by being here."""
