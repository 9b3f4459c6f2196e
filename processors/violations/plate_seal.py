"""PlateSeal: how the stage turns a plate into what may leave it. The keys are infra's; a core sees this alone."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


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
    """Seals plates, and opens them. Deterministic: the same arguments give the same bytes."""

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return a plate sealed under the key of the period of an instant; None: that period has no key."""

    def open(self, sealed: bytes, period: str, track_id: str) -> str | None:
        """Return what was sealed for a track; None: its period's key is gone."""
