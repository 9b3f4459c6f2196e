"""Leads on the real stack."""
