"""PeriodKey: seals plates under one period's secret; the same plate of the same track gives the same bytes. Pure."""

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SECRET_BYTES: Final = 32
#: NIST SP 800-38D, 5.2.1.1: the length for which AES-GCM needs no further hash.
NONCE_BYTES: Final = 12


class SealBrokenError(ValueError):
    """A ciphertext was not made with this key for this track, or was altered."""


class PeriodKey:
    """One period's key.

    Args:
        period: such as 2024-q3.
        secret: 32 random bytes.

    Raises:
        ValueError: a secret of another length; its bytes are in no message.
    """

    __slots__ = ("_aead", "_nonce_key", "_vehicle_key", "fingerprint", "period")

    def __init__(self, period: str, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"key of {period} has {len(secret)} bytes, expected {SECRET_BYTES}")
        self.period = period
        self._vehicle_key = _derived(secret, "vehicle", period)
        self._nonce_key = _derived(secret, "nonce", period)
        self._aead = AESGCM(_derived(secret, "plate", period))
        #: Names the key without telling of it: derived one-way from the secret, 32 hex digits.
        self.fingerprint = _derived(secret, "fingerprint", period)[:16].hex()

    def __repr__(self) -> str:
        """Return period and fingerprint; never the secret."""
        return f"PeriodKey({self.period}, {self.fingerprint})"

    def vehicle_key(self, plate: str) -> str:
        """Return HMAC-SHA-256 of a normalised plate, 64 hex digits."""
        return hmac.new(self._vehicle_key, plate.encode(), hashlib.sha256).hexdigest()

    def seal(self, plate: str, track_id: str) -> bytes:
        """Return 12 bytes of nonce, ciphertext and tag.

        The nonce is derived from plate and track, so a replay gives the same bytes and no nonce serves two texts. The
        track is authenticated: a ciphertext copied to another violation does not open.
        """
        nonce = hmac.new(self._nonce_key, f"{track_id}\n{plate}".encode(), hashlib.sha256).digest()[:NONCE_BYTES]
        return nonce + self._aead.encrypt(nonce, plate.encode(), track_id.encode())

    def open(self, sealed: bytes, track_id: str) -> str:
        """Return the plate.

        Raises:
            SealBrokenError: not sealed with this key for this track.
        """
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], track_id.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(
                f"the plate of track {track_id} does not open with the key of {self.period} ({self.fingerprint}):"
                " another key sealed it, or it was altered; see 'vigil keys list'"
            ) from error


def _derived(secret: bytes, use: str, period: str) -> bytes:
    """Return a key for one use: HKDF-Expand, RFC 5869, 2.3; the secret is uniform already."""
    return HKDFExpand(SHA256(), SECRET_BYTES, f"vigil {use} {period}".encode()).derive(secret)
