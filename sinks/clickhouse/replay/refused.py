"""Why a replay does not begin."""


class ReplayRefusedError(RuntimeError):
    """The range cannot be replayed as asked; the text says what was found and what to do. Nothing was changed."""
