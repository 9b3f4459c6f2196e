"""Pauses between attempts: doubled, capped, jittered. Pure: the random number is an argument."""


def pause_s(attempt: int, first_s: float, most_s: float, random_ratio: float) -> float:
    """Return the pause before an attempt.

    Args:
        attempt: 1 for the first repetition.
        first_s: pause before it, at most.
        most_s: longest pause.
        random_ratio: a random number in [0, 1); half of the pause is jitter, so that many processes do not come back
            at one moment.
    """
    whole: float = min(most_s, first_s * 2.0 ** min(attempt - 1, 30))
    return whole * (0.5 + 0.5 * random_ratio)
