"""Cases: from a proposed violation to a reviewed, issued, paid case."""
