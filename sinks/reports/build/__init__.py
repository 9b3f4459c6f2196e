"""How each table of the reports is made: one SQL file a table."""
