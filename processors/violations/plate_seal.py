"""PlateSeal: how the stage turns a plate into what may leave it. The keys are infra's; a core sees this alone."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from processors.violations.plate_memory import Vote

#: Probability of the voted text (tracking calibrates it) and number of reads from which it stands for its vehicle:
#: the same as tracking calls confident (processors/tracking/plates.toml), right in 99 of 100. Higher leaves more
#: vehicles under their track, lower joins different vehicles; an officer compares the plate with the picture anyway.
READ_RATIO: Final = 0.99
LEAST_READS: Final = 2


class SealedPlate(NamedTuple):
    """A plate as a violation carries it.

    Attributes:
        vehicle_key: HMAC-SHA-256 of the plate, hex.
        key_period: retention period of the keys.
        encrypted: plate under AES-GCM: 12-byte nonce, ciphertext, tag.
    """

    vehicle_key: str
    key_period: str
    encrypted: bytes

    def pack(self) -> list[str]:
        """Return this as plain data; the plate itself is in no state."""
        return [self.vehicle_key, self.key_period, self.encrypted.hex()]

    @classmethod
    def unpack(cls, plain: Sequence[str]) -> "SealedPlate":
        """Return what `pack` gave."""
        return cls(plain[0], plain[1], bytes.fromhex(plain[2]))


class PlateSeal(Protocol):
    """Seals plates. Deterministic: the same arguments give the same bytes."""

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return a plate sealed under the key of the period of an instant; None: that period has no key."""


def readable(vote: Vote) -> str | None:
    """Return the plate that a vote stands for; None where it is not sure enough."""
    text, ratio = vote.readings[0]
    return text if ratio >= READ_RATIO and vote.reads >= LEAST_READS else None
