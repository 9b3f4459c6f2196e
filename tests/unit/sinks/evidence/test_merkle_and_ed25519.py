"""The verifier's own cryptography, against published vectors and against the library."""

import random

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sinks.evidence import signing, verify
from sinks.evidence.merkle import append, consistency_path, inclusion_path, root

#: Leaves and roots of certificate-transparency's reference tests (merkletree/testonly, RFC 6962 hashing).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
#: RFC 8032, 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
]


def hashes(count: int) -> list[bytes]:
    """Leaves' hashes."""
    return [verify.leaf_hash(bytes([n])) for n in range(count)]


def test_roots_are_those_of_the_published_vectors() -> None:
    """Sizes 1 to 8."""
    leaves = [verify.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    assert [root(leaves[:size]).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 21])
def test_each_leaf_is_proved_and_no_other(size: int) -> None:
    """Every audit path holds for its leaf alone, for its index alone, and not with a bit changed."""
    leaves = hashes(size)
    top = root(leaves)
    for index in range(size):
        path = inclusion_path(leaves, index)
        assert verify.inclusion_holds(leaves[index], index, size, path, top)
        assert not verify.inclusion_holds(verify.leaf_hash(b"other"), index, size, path, top)
        for other in range(size):
            assert other == index or not verify.inclusion_holds(leaves[index], other, size, path, top)
        for step in range(len(path)):
            bent = [bytes([p[0] ^ 1]) + p[1:] if n == step else p for n, p in enumerate(path)]
            assert not verify.inclusion_holds(leaves[index], index, size, bent, top)


def test_each_earlier_tree_is_a_beginning_and_another_is_not() -> None:
    """All pairs of sizes up to 17; a tree with another leaf is no beginning."""
    leaves = hashes(17)
    for second in range(1, 18):
        for first in range(1, second + 1):
            path = consistency_path(leaves[:second], first)
            tops = root(leaves[:first]), root(leaves[:second])
            assert verify.consistency_holds(first, second, path, *tops)
            bent = root([verify.leaf_hash(b"x"), *leaves[1:first]])
            assert not verify.consistency_holds(first, second, path, bent, tops[1])


def test_peaks_grow_to_the_same_root() -> None:
    """Appending by peaks alone gives the tree that all leaves give."""
    peaks: tuple[bytes, ...] = ()
    leaves = hashes(40)
    for size, leaf in enumerate(leaves):
        peaks = append(peaks, size, leaf)
        assert verify.root_of_peaks(peaks) == root(leaves[: size + 1])
        assert len(peaks) == (size + 1).bit_count()


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_rfc_8032s_signatures_hold(secret: str, public: str, message: str, signature: str) -> None:
    """The two shortest vectors of the RFC."""
    del secret
    assert verify.ed25519_holds(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))


def test_the_pure_check_agrees_with_the_library() -> None:
    """Signatures by the library hold; with any bit changed in key, signature or message neither accepts them."""
    rng = random.Random(5)
    for _ in range(6):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        message = rng.randbytes(rng.randrange(1, 200))
        signature = private.sign(message)
        assert verify.ed25519_holds(raw, signature, message)
        assert signing.holds(raw, signature, message)
        for part in range(3):
            parts = [raw, signature, message]
            at = rng.randrange(len(parts[part]) * 8)
            bent = bytearray(parts[part])
            bent[at // 8] ^= 1 << at % 8
            parts[part] = bytes(bent)
            assert not verify.ed25519_holds(*parts)
            assert not signing.holds(*parts)


def test_rubbish_is_no_signature() -> None:
    """Wrong lengths, points off the curve and scalars too large are refused without an error."""
    assert not verify.ed25519_holds(b"", b"", b"")
    assert not verify.ed25519_holds(b"\xff" * 32, b"\xff" * 64, b"m")
    raw, signature = bytes.fromhex(VECTORS[0][1]), bytes.fromhex(VECTORS[0][3])
    assert not verify.ed25519_holds(raw, signature[:32] + b"\xff" * 32, b"")
