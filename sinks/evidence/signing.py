"""The sink's Ed25519 key: made, loaded, and what it signs."""

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sinks.evidence import verify


class KeyFileError(RuntimeError):
    """The key file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and what is public of it.

    Attributes:
        key_id: SHA-256 of the public key's 32 bytes, hexadecimal.
        public_pem: the public key as PEM (SubjectPublicKeyInfo).
    """

    _private: Ed25519PrivateKey
    key_id: str
    public_pem: bytes

    def sign(self, form: str, statement: Any) -> str:
        """Return the signature over a statement in hexadecimal; the same statement always has the same."""
        return self._private.sign(verify.signed_bytes(form, statement)).hex()


def _key(private: Ed25519PrivateKey) -> SigningKey:
    public = private.public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(private, verify.key_id(raw), pem)


def generate(path: Path) -> SigningKey:
    """Make a key: the private one at `path` with mode 0600, the public one beside it with the suffix .pub.

    Raises:
        KeyFileError: a file is there already, or the folder cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = _key(private)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, pem, 0o600)
        _write_new(path.with_name(path.name + ".pub"), key.public_pem, 0o644)
    except FileExistsError as error:
        raise KeyFileError(
            f"{error.filename} is there already; evidence signed with it needs it: name another file, or move both away"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}; name a file in a folder of yours") from error
    return key


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> SigningKey:
    """Return the key in a file.

    Raises:
        KeyFileError: it is missing, others may read it, or it is no Ed25519 key.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except FileNotFoundError:
        raise KeyFileError(f"evidence key {path} is missing; 'vigil evidence keygen' makes one") from None
    except OSError as error:
        raise KeyFileError(f"evidence key {path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise KeyFileError(f"evidence key {path} has mode {mode:04o}, others may use it; run 'chmod 600 {path}'")
    private: Any = None
    with contextlib.suppress(ValueError, TypeError):
        private = serialization.load_pem_private_key(data, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(
            f"evidence key {path} is no unencrypted Ed25519 key in PEM; 'vigil evidence keygen' makes one"
        )
    return _key(private)


def holds(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Check an Ed25519 signature as verify.ed25519_holds does, a hundred times faster."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
