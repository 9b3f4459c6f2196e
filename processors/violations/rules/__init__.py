"""The rules of violations, one a file: a class with a `kind` is found and run, nothing else names it."""
