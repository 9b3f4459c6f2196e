"""ImpossibleError: a command that cannot happen to its case."""


class ImpossibleError(ValueError):
    """The command becomes a dead letter; says what was found, what is possible, and what to do."""
