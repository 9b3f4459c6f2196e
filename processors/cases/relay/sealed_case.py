"""SealedCase: what the relay keeps of a violation until its case is decided, to look its vehicle up again."""

from typing import NamedTuple


class SealedCase(NamedTuple):
    """A case whose vehicle only its quarter's key tells.

    Attributes:
        case_id: the case.
        track_id: the track that was authenticated with the plate.
        key_period: the quarter whose key sealed it.
        sealed: nonce, ciphertext and tag.
        article: the article proposed.
        offence_at_us: when the offence happened, microseconds since the Unix epoch.
    """

    case_id: str
    track_id: str
    key_period: str
    sealed: bytes
    article: str
    offence_at_us: int
