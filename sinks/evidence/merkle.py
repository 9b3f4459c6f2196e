"""A Merkle tree that grows by its right edge (RFC 6962, 2.1): peaks, roots and proofs. Pure.

To append, only the roots of the full subtrees ("peaks", at most one a binary digit of the size) are needed, so a log
goes on from its last entry without reading the others.
"""

from collections.abc import Sequence

from sinks.evidence.verify import node_hash, root_of_peaks

__all__ = ["append", "consistency_path", "inclusion_path", "root", "root_of_peaks"]


def append(peaks: Sequence[bytes], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """Return the peaks after one more leaf.

    Args:
        peaks: roots of the full subtrees, the largest first.
        size: leaves so far.
        leaf: hash of the new one.
    """
    out = [*peaks, leaf]
    while size & 1:
        right = out.pop()
        out.append(node_hash(out.pop(), right))
        size >>= 1
    return tuple(out)


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves' hashes."""
    peaks: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        peaks = append(peaks, size, leaf)
    return root_of_peaks(peaks)


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, 2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_path(leaves[:k], index), root(leaves[k:])]
    return [*inclusion_path(leaves[k:], index - k), root(leaves[:k])]


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the proof that the tree of the first leaves is a beginning of the whole (RFC 6962, 2.1.2).

    Raises:
        IndexError: the first tree is empty or larger than the whole.
    """
    if not 0 < first <= len(leaves):
        raise IndexError(f"no tree of {first} within one of {len(leaves)}")
    return _consistency(leaves, first, whole=True)


def _consistency(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if first <= k:
        return [*_consistency(leaves[:k], first, whole=whole), root(leaves[k:])]
    return [*_consistency(leaves[k:], first - k, whole=False), root(leaves[:k])]


def _split(size: int) -> int:
    """Return the largest power of two below size."""
    return 1 << ((size - 1).bit_length() - 1)
