"""The test city on the local stack."""
