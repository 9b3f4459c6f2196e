"""Incidents: crowds, stopped vehicles, loitering, ... opened, updated and closed."""
