"""Random streams by name: each thing that is drawn has a generator of its own, so no draw moves another."""

import hashlib

import numpy as np


def stream_number(*names: object) -> int:
    """Return 128 bits that stand for names in every run, on every machine."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, names)).encode()).digest()[:16], "little")


def generator(*names: object) -> np.random.Generator:
    """Return the generator of a stream, e.g. `generator(seed, "site", 3)`.

    Philox is counter-based (Salmon et al.: Parallel random numbers, as easy as 1, 2, 3, SC 2011): its key names the
    stream, so streams are independent and none has to be stepped through to reach another.
    """
    return np.random.Generator(np.random.Philox(key=stream_number(*names)))
